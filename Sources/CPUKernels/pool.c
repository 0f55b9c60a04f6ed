// The thread pool. One job at a time; its chunks are claimed one by one, by the caller and by whichever workers are
// awake, from a single 64-bit word: job number << 32 | chunks left. The caller waits only for chunks that somebody has
// claimed, never for a worker to arrive, so on a busy machine a job is not slower than on one thread (measured: a static
// split with a barrier is up to eight times slower there).
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif

#include "cpu_kernels.h"

enum {
  most_threads = 256,
  spins = 2000,  // pauses before a worker sleeps: some 30 µs, about what waking it would cost
};

typedef struct job {
  void (*body)(void *context, int64_t chunk);
  void *context;
  int64_t chunks;
} job;

static struct {
  // The two hot words stand in cache lines of their own.
  _Alignas(64) _Atomic uint64_t claims;   // job number << 32 | chunks left
  _Alignas(64) _Atomic int64_t finished;  // chunks of this job that have run
  _Alignas(64) job job;         // written by the caller before `claims`; read only after a successful claim
  _Atomic bool held;            // by the caller whose job it is
  _Atomic int32_t wanted;       // thread count asked for; 0 is not asked yet
  _Atomic int32_t sleeping;     // workers waiting at `wake`
  _Atomic int32_t keep;         // workers with an index at or above this end
  int32_t workers;              // running; the holder's
  pthread_t threads[most_threads];
  pthread_mutex_t lock;
  pthread_cond_t wake;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

// Set in workers always, in a caller while its job runs: a nested call runs inline. Set for good by mk_run_inline.
static _Thread_local bool inside __attribute__((tls_model("initial-exec"))) = false;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Claims and runs chunks until none is left.
static void take_part(void) {
  int64_t done = 0;
  uint64_t claims = atomic_load_explicit(&pool.claims, memory_order_acquire);
  while ((uint32_t)claims) {
    if (!atomic_compare_exchange_weak_explicit(&pool.claims, &claims, claims - 1, memory_order_acq_rel, memory_order_acquire))
      continue;
    // The claim holds the job in place until `finished` counts it.
    pool.job.body(pool.job.context, pool.job.chunks - (int64_t)(uint32_t)claims);
    done++;
    claims = atomic_load_explicit(&pool.claims, memory_order_acquire);
  }
  if (done) atomic_fetch_add_explicit(&pool.finished, done, memory_order_release);
}

static void *work(void *argument) {
  const int32_t index = (int32_t)(intptr_t)argument;
  inside = true;
  while (index < atomic_load_explicit(&pool.keep, memory_order_acquire)) {
    bool found = false;
    for (int32_t i = 0; i < spins && !found; i++) {
      found = (uint32_t)atomic_load_explicit(&pool.claims, memory_order_relaxed) != 0;
      if (!found) pause_briefly();
    }
    if (found) {
      take_part();
      continue;
    }
    // Announced first, looked second; the caller publishes first, looks for sleepers second: one sees the other.
    pthread_mutex_lock(&pool.lock);
    atomic_fetch_add(&pool.sleeping, 1);
    while (!(uint32_t)atomic_load(&pool.claims) && index < atomic_load(&pool.keep)) pthread_cond_wait(&pool.wake, &pool.lock);
    atomic_fetch_sub(&pool.sleeping, 1);
    pthread_mutex_unlock(&pool.lock);
  }
  return NULL;
}

static void wake_workers(int64_t count) {
  const int32_t sleeping = atomic_load(&pool.sleeping);
  if (sleeping == 0) return;
  pthread_mutex_lock(&pool.lock);
  if (count >= sleeping) pthread_cond_broadcast(&pool.wake);
  else
    for (int64_t i = 0; i < count; i++) pthread_cond_signal(&pool.wake);
  pthread_mutex_unlock(&pool.lock);
}

// Starts or ends workers until there are `count`; the holder's to call.
static void adjust_workers(int32_t count) {
  if (count < pool.workers) {
    atomic_store(&pool.keep, count);
    wake_workers(most_threads);
    while (pool.workers > count) pthread_join(pool.threads[--pool.workers], NULL);
    return;
  }
  atomic_store(&pool.keep, count);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, (size_t)2 << 20);
  // Signals are the program's business: workers take none.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (pool.workers < count &&
         pthread_create(&pool.threads[pool.workers], &attributes, work, (void *)(intptr_t)pool.workers) == 0)
    pool.workers++;
  if (pool.workers < count) atomic_store(&pool.wanted, pool.workers + 1);  // the system has no more threads
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
}

// Runs one job of at most 2³¹ chunks.
static void run(int64_t chunks, void (*body)(void *context, int64_t chunk), void *context) {
  pool.job = (job){body, context, chunks};
  atomic_store_explicit(&pool.finished, 0, memory_order_relaxed);
  const uint64_t number = (atomic_load_explicit(&pool.claims, memory_order_relaxed) >> 32) + 1;
  atomic_store(&pool.claims, number << 32 | (uint64_t)chunks);
  wake_workers(chunks - 1);
  take_part();
  for (int32_t i = 0; atomic_load_explicit(&pool.finished, memory_order_acquire) != chunks; i++) {
    if (i < spins) pause_briefly();
    else sched_yield();
  }
}

typedef struct shifted { void (*body)(void *context, int64_t chunk); void *context; int64_t first; } shifted;
static void run_shifted(void *context, int64_t chunk) {
  const shifted *job = context;
  job->body(job->context, job->first + chunk);
}

void mk_parallel(int64_t chunks, void (*body)(void *context, int64_t chunk), void *context) {
  if (chunks <= 0) return;
  const int32_t threads = chunks == 1 || inside ? 1 : mk_thread_count();
  if (threads == 1 || atomic_exchange_explicit(&pool.held, true, memory_order_acquire)) {
    for (int64_t chunk = 0; chunk < chunks; chunk++) body(context, chunk);
    return;
  }
  inside = true;
  if (pool.workers != threads - 1) adjust_workers(threads - 1);
  const int64_t most = (int64_t)1 << 31;
  if (chunks <= most) run(chunks, body, context);
  else
    for (int64_t first = 0; first < chunks; first += most) {
      shifted part = {body, context, first};
      run(chunks - first < most ? chunks - first : most, run_shifted, &part);
    }
  inside = false;
  atomic_store_explicit(&pool.held, false, memory_order_release);
}

void mk_run_inline(void) { inside = true; }

// ---- How many ----

static int32_t clamp_count(long count) { return count < 1 ? 1 : count > most_threads ? most_threads : (int32_t)count; }

static int32_t default_count(void) {
  const char *text = getenv("MARTLET_NUM_THREADS");
  if (text && *text) {
    char *end = NULL;
    const long count = strtol(text, &end, 10);
    if (end != text && *end == 0 && count > 0) return clamp_count(count);
  }
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return clamp_count(CPU_COUNT(&set));
#elif defined(__APPLE__)
  // The fast cores: chunks on the slow ones would be waited for.
  int32_t cores = 0;
  size_t size = sizeof cores;
  if (sysctlbyname("hw.perflevel0.physicalcpu", &cores, &size, NULL, 0) == 0 && cores > 0) return clamp_count(cores);
#endif
  return clamp_count(sysconf(_SC_NPROCESSORS_ONLN));
}

void mk_set_thread_count(int32_t count) { atomic_store_explicit(&pool.wanted, clamp_count(count), memory_order_relaxed); }

int32_t mk_thread_count(void) {
  int32_t count = atomic_load_explicit(&pool.wanted, memory_order_relaxed);
  if (count == 0) {
    // Not over a count that was set meanwhile.
    const int32_t mine = default_count();
    if (atomic_compare_exchange_strong(&pool.wanted, &count, mine)) count = mine;
  }
  return count;
}
