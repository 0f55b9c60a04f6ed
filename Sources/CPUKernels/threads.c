// Threads and a lock to wait at, for Swift: the same calls on every system.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "cpu_kernels.h"

struct mk_monitor {
  pthread_mutex_t mutex;
  pthread_cond_t change;
};

mk_monitor *mk_monitor_create(void) {
  mk_monitor *monitor = malloc(sizeof *monitor);
  if (!monitor) abort();
  pthread_mutex_init(&monitor->mutex, NULL);
#ifdef __APPLE__
  pthread_cond_init(&monitor->change, NULL);
#else
  // Waits follow a clock that nobody sets.
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&monitor->change, &attributes);
  pthread_condattr_destroy(&attributes);
#endif
  return monitor;
}

void mk_monitor_destroy(mk_monitor *monitor) {
  pthread_cond_destroy(&monitor->change);
  pthread_mutex_destroy(&monitor->mutex);
  free(monitor);
}

void mk_monitor_lock(mk_monitor *monitor) { pthread_mutex_lock(&monitor->mutex); }
void mk_monitor_unlock(mk_monitor *monitor) { pthread_mutex_unlock(&monitor->mutex); }
void mk_monitor_wake_all(mk_monitor *monitor) { pthread_cond_broadcast(&monitor->change); }

bool mk_monitor_wait(mk_monitor *monitor, double seconds) {
  if (!(seconds > 0 && seconds < 1e9)) {
    pthread_cond_wait(&monitor->change, &monitor->mutex);
    return true;
  }
  const time_t whole = (time_t)seconds;
  const struct timespec left = {.tv_sec = whole, .tv_nsec = (long)((seconds - (double)whole) * 1e9)};
#ifdef __APPLE__
  return pthread_cond_timedwait_relative_np(&monitor->change, &monitor->mutex, &left) != ETIMEDOUT;
#else
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += left.tv_sec;
  end.tv_nsec += left.tv_nsec;
  if (end.tv_nsec >= 1000000000) {
    end.tv_sec++;
    end.tv_nsec -= 1000000000;
  }
  return pthread_cond_timedwait(&monitor->change, &monitor->mutex, &end) != ETIMEDOUT;
#endif
}

struct mk_thread {
  pthread_t thread;
};

// What a thread begins with; it frees this itself, since it may outlive whoever started it.
typedef struct beginning {
  void (*body)(void *context);
  void *context;
} beginning;

static void *run_thread(void *argument) {
  const beginning begin = *(beginning *)argument;
  free(argument);
  mk_run_inline();
  begin.body(begin.context);
  return NULL;
}

mk_thread *mk_thread_start(void (*body)(void *context), void *context) {
  mk_thread *thread = malloc(sizeof *thread);
  beginning *begin = malloc(sizeof *begin);
  if (!thread || !begin) {
    free(thread);
    free(begin);
    return NULL;
  }
  *begin = (beginning){body, context};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  // A user's code runs here: the room that a program's first thread usually has.
  pthread_attr_setstacksize(&attributes, (size_t)8 << 20);
  // Signals are the program's business.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int status = pthread_create(&thread->thread, &attributes, run_thread, begin);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (status == 0) return thread;
  free(begin);
  free(thread);
  return NULL;
}

void mk_thread_join(mk_thread *thread) {
  pthread_join(thread->thread, NULL);
  free(thread);
}

void mk_thread_detach(mk_thread *thread) {
  pthread_detach(thread->thread);
  free(thread);
}
