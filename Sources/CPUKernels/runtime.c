// What the runtime keeps for each thread: the mode word that every operation reads, and slots for Swift.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <sched.h>
#include <time.h>

#include "cpu_kernels.h"

_Thread_local uint64_t mk_thread_mode_word __attribute__((tls_model("initial-exec"))) = 0;

static _Thread_local void *slot __attribute__((tls_model("initial-exec"))) = NULL;

void *mk_thread_slot(void) { return slot; }
void mk_set_thread_slot(void *value) { slot = value; }

static _Thread_local void *module_slot __attribute__((tls_model("initial-exec"))) = NULL;

void *mk_module_slot(void) { return module_slot; }
uintptr_t mk_thread_identity(void) { return (uintptr_t)&module_slot; }
void mk_set_module_slot(void *value) { module_slot = value; }

static _Thread_local void *generator_slot __attribute__((tls_model("initial-exec"))) = NULL;

void *mk_generator_slot(void) { return generator_slot; }
void mk_set_generator_slot(void *value) { generator_slot = value; }

static _Thread_local void *loading_slot __attribute__((tls_model("initial-exec"))) = NULL;

void *mk_loading_slot(void) { return loading_slot; }
void mk_set_loading_slot(void *value) { loading_slot = value; }

void mk_wait(uint32_t attempts) {
  if (attempts < 32) return;
  if (attempts < 128) {
    sched_yield();
    return;
  }
  struct timespec moment = {0, 50000};
  nanosleep(&moment, NULL);
}
