// The caching allocator. A tensor program allocates the same few sizes over and over, and fresh pages are what large
// results pay most for (measured: five times the cost of the addition that fills them), so freed blocks are kept by size.
//
// Sizes are rounded up to classes: powers of two with four steps an octave, so at most a fifth is wasted.
//   up to 64 KiB   lists of each thread, without locks; overflow goes to the shared lists in batches, so a thread that
//                  only frees what another allocates keeps little
//   above          shared lists under a lock, and a cap on all that they keep
// Under AddressSanitizer nothing is cached, so that a use after free is found.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cpu_kernels.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CACHE_BYPASSED 1
#endif
#endif
#ifndef CACHE_BYPASSED
#define CACHE_BYPASSED 0
#endif

enum {
  unit = 64,              // the alignment of every block, and the smallest class
  small_classes = 36,     // 64 B ... 64 KiB
  classes = 164,          // ... up to largest_block
};
static const size_t largest_small = (size_t)1 << 16;
[[maybe_unused]] static const size_t huge_page = (size_t)1 << 21;
// No system gives more in one piece. Refused before any arithmetic, so that no size computed below can overflow
// (AddressSanitizer's own limit is lower, and it ends the process).
static const size_t largest_block = (size_t)1 << (CACHE_BYPASSED ? 39 : 45);

bool mk_memory_is_cached(void) { return !CACHE_BYPASSED; }

// ---- Size classes ----

static inline uint32_t class_of(size_t bytes) {
  const uint64_t last = bytes ? (bytes - 1) / unit : 0;  // index of the last unit
  if (last < 4) return (uint32_t)last;
  const uint32_t shift = 61 - (uint32_t)__builtin_clzll(last);
  return 4 * shift + (uint32_t)(last >> shift);
}

static inline size_t class_bytes(uint32_t index) {
  if (index < 4) return (size_t)(index + 1) * unit;
  const uint32_t shift = index / 4 - 1;
  return (size_t)(index - 4 * shift + 1) << shift << 6;
}

// ---- The system's memory ----

static void *system_allocate(size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE) && !CACHE_BYPASSED
  if (bytes >= huge_page) {
    // A mapping longer by one huge page holds an aligned block; the ends are given back.
    char *mapping = mmap(NULL, bytes + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return NULL;
    const size_t before = (huge_page - (uintptr_t)mapping % huge_page) % huge_page;
    if (before) munmap(mapping, before);
    char *block = mapping + before;
    munmap(block + bytes, huge_page - before);
    madvise(block, bytes, MADV_HUGEPAGE);  // advice: refusal does no harm
    return block;
  }
#endif
  void *block = NULL;
  return posix_memalign(&block, unit, bytes) == 0 ? block : NULL;
}

static void system_free(void *block, size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE) && !CACHE_BYPASSED
  if (bytes >= huge_page) {
    munmap(block, bytes);
    return;
  }
#else
  (void)bytes;
#endif
  free(block);
}

// ---- Lists ----

// A free block's first word is the next one's address.
typedef struct free_block { struct free_block *next; } free_block;

// A thread's own lists. Only its thread writes them; the numbers are atomic because mk_memory reads them from others.
typedef struct thread_cache {
  struct { free_block *first; _Atomic uint32_t count; } lists[small_classes];
  _Atomic uint64_t allocations;
  _Atomic int64_t bytes_in_use;  // small blocks allocated less freed here; negative on a thread that frees others' blocks
  int64_t published;             // how much of it is in shared.small_in_use
  struct thread_cache *previous, *next;
} thread_cache;

static struct {
  pthread_mutex_t lock;
  free_block *first[classes];
  uint64_t cached, cap;          // bytes in these lists, and their limit (0: not asked yet)
  thread_cache *threads;
  uint64_t allocations;          // of finished threads, and large ones
  int64_t large_in_use;
  int64_t small_in_use;          // as last published; exact is the sum over the threads and `finished_in_use`
  int64_t finished_in_use;
  int64_t peak;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local thread_cache *own_cache __attribute__((tls_model("initial-exec"))) = NULL;
static pthread_key_t thread_end;
static pthread_once_t thread_end_once = PTHREAD_ONCE_INIT;

#define RELAXED_LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define RELAXED_STORE(x, value) atomic_store_explicit(&(x), (value), memory_order_relaxed)

// How many blocks of a class a thread keeps: half a megabyte's worth, within 16 ... 512.
static inline uint32_t list_limit(uint32_t index) {
  const size_t count = ((size_t)1 << 19) / class_bytes(index);
  return count < 16 ? 16 : count > 512 ? 512 : (uint32_t)count;
}

static uint64_t cap_locked(void) {
  if (!shared.cap) {
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    shared.cap = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page / 4 : (uint64_t)1 << 30;
  }
  return shared.cap;
}

static void note_peak_locked(void) {
  const int64_t in_use = shared.large_in_use + shared.small_in_use;
  if (in_use > shared.peak) shared.peak = in_use;
}

static void publish_locked(thread_cache *cache) {
  const int64_t now = RELAXED_LOAD(cache->bytes_in_use);
  shared.small_in_use += now - cache->published;
  cache->published = now;
  note_peak_locked();
}

// A chain of blocks to be given back to the system once the lock is released; each notes its class in its second word.
typedef struct doomed_block { struct doomed_block *next; uint64_t index; } doomed_block;

static void doom(doomed_block **chain, free_block *block, uint32_t index) {
  doomed_block *doomed = (doomed_block *)block;
  doomed->index = index;
  doomed->next = *chain;
  *chain = doomed;
}

static size_t release(doomed_block *chain) {
  size_t bytes = 0;
  while (chain) {
    doomed_block *next = chain->next;
    const size_t size = class_bytes((uint32_t)chain->index);
    bytes += size;
    system_free(chain, size);
    chain = next;
  }
  return bytes;
}

// Puts a block on the shared list, making room under the cap by dropping the largest blocks of other classes.
static void keep_locked(free_block *block, uint32_t index, doomed_block **doomed) {
  const size_t size = class_bytes(index);
  const uint64_t cap = cap_locked();
  for (uint32_t other = classes; other-- > 0 && shared.cached + size > cap;) {
    if (other == index) continue;
    while (shared.first[other] && shared.cached + size > cap) {
      free_block *dropped = shared.first[other];
      shared.first[other] = dropped->next;
      shared.cached -= class_bytes(other);
      doom(doomed, dropped, other);
    }
  }
  if (shared.cached + size > cap) {
    doom(doomed, block, index);
    return;
  }
  block->next = shared.first[index];
  shared.first[index] = block;
  shared.cached += size;
}

static free_block *take_locked(uint32_t index) {
  free_block *block = shared.first[index];
  if (block) {
    shared.first[index] = block->next;
    shared.cached -= class_bytes(index);
  }
  return block;
}

// Hands `count` blocks of a thread's list to the shared one.
static void hand_over_locked(thread_cache *cache, uint32_t index, uint32_t count, doomed_block **doomed) {
  for (uint32_t i = 0; i < count; i++) {
    free_block *block = cache->lists[index].first;
    cache->lists[index].first = block->next;
    keep_locked(block, index, doomed);
  }
  RELAXED_STORE(cache->lists[index].count, RELAXED_LOAD(cache->lists[index].count) - count);
}

static void drop_shared_locked(doomed_block **doomed) {
  for (uint32_t index = 0; index < classes; index++)
    for (free_block *block; (block = take_locked(index));) doom(doomed, block, index);
}

// ---- Threads ----

static void end_thread(void *value) {
  thread_cache *cache = value;
  doomed_block *doomed = NULL;
  own_cache = NULL;
  pthread_mutex_lock(&shared.lock);
  for (uint32_t index = 0; index < small_classes; index++)
    hand_over_locked(cache, index, RELAXED_LOAD(cache->lists[index].count), &doomed);
  publish_locked(cache);
  shared.allocations += RELAXED_LOAD(cache->allocations);
  shared.finished_in_use += RELAXED_LOAD(cache->bytes_in_use);
  if (cache->previous) cache->previous->next = cache->next;
  else shared.threads = cache->next;
  if (cache->next) cache->next->previous = cache->previous;
  pthread_mutex_unlock(&shared.lock);
  release(doomed);
  free(cache);
}

static void make_thread_end(void) { pthread_key_create(&thread_end, end_thread); }

// The thread's lists, made at its first allocation; NULL when there is no memory.
static __attribute__((noinline)) thread_cache *make_cache(void) {
  pthread_once(&thread_end_once, make_thread_end);
  thread_cache *cache = calloc(1, sizeof *cache);
  if (!cache) return NULL;
  pthread_mutex_lock(&shared.lock);
  cache->next = shared.threads;
  if (shared.threads) shared.threads->previous = cache;
  shared.threads = cache;
  pthread_mutex_unlock(&shared.lock);
  pthread_setspecific(thread_end, cache);
  own_cache = cache;
  return cache;
}

// ---- Allocation ----

// From the system, or, when it refuses, once more after the shared lists were given back.
static void *allocate_fresh(uint32_t index) {
  void *block = system_allocate(class_bytes(index));
  if (block) return block;
  doomed_block *doomed = NULL;
  pthread_mutex_lock(&shared.lock);
  drop_shared_locked(&doomed);
  pthread_mutex_unlock(&shared.lock);
  return release(doomed) ? system_allocate(class_bytes(index)) : NULL;
}

// A small block when the thread's list is empty: half a list from the shared one, or a fresh block.
static __attribute__((noinline)) void *refill(thread_cache *cache, uint32_t index) {
  pthread_mutex_lock(&shared.lock);
  free_block *block = take_locked(index);
  const uint32_t wanted = list_limit(index) / 2;
  uint32_t count = 0;
  for (free_block *more; count < wanted && (more = take_locked(index)); count++) {
    more->next = cache->lists[index].first;
    cache->lists[index].first = more;
  }
  RELAXED_STORE(cache->lists[index].count, count);
  publish_locked(cache);
  pthread_mutex_unlock(&shared.lock);
  return block ? block : allocate_fresh(index);
}

static void *allocate_large(uint32_t index) {
  const int64_t size = (int64_t)class_bytes(index);
  pthread_mutex_lock(&shared.lock);
  void *block = take_locked(index);
  shared.allocations++;
  shared.large_in_use += size;
  if (block) note_peak_locked();
  pthread_mutex_unlock(&shared.lock);
  if (block) return block;
  block = allocate_fresh(index);
  pthread_mutex_lock(&shared.lock);
  if (block) note_peak_locked();
  else shared.large_in_use -= size;
  pthread_mutex_unlock(&shared.lock);
  return block;
}

void *mk_allocate(size_t bytes) {
  if (__builtin_expect(bytes > largest_small, 0)) return bytes > largest_block ? NULL : allocate_large(class_of(bytes));
  thread_cache *cache = own_cache;
  if (__builtin_expect(!cache, 0) && !(cache = make_cache())) return NULL;
  const uint32_t index = class_of(bytes);
  free_block *block = cache->lists[index].first;
  if (__builtin_expect(block != NULL, 1)) {
    cache->lists[index].first = block->next;
    RELAXED_STORE(cache->lists[index].count, RELAXED_LOAD(cache->lists[index].count) - 1);
  } else {
    block = refill(cache, index);
    if (!block) return NULL;
  }
  RELAXED_STORE(cache->allocations, RELAXED_LOAD(cache->allocations) + 1);
  RELAXED_STORE(cache->bytes_in_use, RELAXED_LOAD(cache->bytes_in_use) + (int64_t)class_bytes(index));
  return block;
}

// ---- Freeing ----

static void free_large(void *block, uint32_t index) {
  doomed_block *doomed = NULL;
  pthread_mutex_lock(&shared.lock);
  shared.large_in_use -= (int64_t)class_bytes(index);
  if (!CACHE_BYPASSED) keep_locked(block, index, &doomed);
  pthread_mutex_unlock(&shared.lock);
  if (CACHE_BYPASSED) system_free(block, class_bytes(index));
  release(doomed);
}

static __attribute__((noinline)) void shorten(thread_cache *cache, uint32_t index) {
  doomed_block *doomed = NULL;
  pthread_mutex_lock(&shared.lock);
  hand_over_locked(cache, index, list_limit(index) / 2, &doomed);
  publish_locked(cache);
  pthread_mutex_unlock(&shared.lock);
  release(doomed);
}

void mk_free(void *block, size_t bytes) {
  if (!block) return;
  const uint32_t index = class_of(bytes);
  if (__builtin_expect(bytes > largest_small, 0)) {
    free_large(block, index);
    return;
  }
  thread_cache *cache = own_cache;
  if (__builtin_expect(!cache, 0) && !(cache = make_cache())) {
    system_free(block, class_bytes(index));  // no memory for lists: the block serves better given back
    return;
  }
  RELAXED_STORE(cache->bytes_in_use, RELAXED_LOAD(cache->bytes_in_use) - (int64_t)class_bytes(index));
  if (CACHE_BYPASSED) {
    system_free(block, class_bytes(index));
    return;
  }
  free_block *freed = block;
  freed->next = cache->lists[index].first;
  cache->lists[index].first = freed;
  const uint32_t count = RELAXED_LOAD(cache->lists[index].count) + 1;
  RELAXED_STORE(cache->lists[index].count, count);
  if (__builtin_expect(count > list_limit(index), 0)) shorten(cache, index);
}

// ---- Housekeeping ----

size_t mk_trim(void) {
  doomed_block *doomed = NULL;
  pthread_mutex_lock(&shared.lock);
  if (own_cache)
    for (uint32_t index = 0; index < small_classes; index++)
      hand_over_locked(own_cache, index, RELAXED_LOAD(own_cache->lists[index].count), &doomed);
  drop_shared_locked(&doomed);
  pthread_mutex_unlock(&shared.lock);
  return release(doomed);
}

mk_memory_statistics mk_memory(void) {
  mk_memory_statistics result = {0};
  pthread_mutex_lock(&shared.lock);
  if (own_cache) publish_locked(own_cache);
  int64_t in_use = shared.large_in_use + shared.finished_in_use;
  result.allocations = shared.allocations;
  result.bytes_cached = shared.cached;
  for (thread_cache *cache = shared.threads; cache; cache = cache->next) {
    result.allocations += RELAXED_LOAD(cache->allocations);
    in_use += RELAXED_LOAD(cache->bytes_in_use);
    for (uint32_t index = 0; index < small_classes; index++)
      result.bytes_cached += RELAXED_LOAD(cache->lists[index].count) * (uint64_t)class_bytes(index);
  }
  if (in_use > shared.peak) shared.peak = in_use;
  result.bytes_in_use = in_use > 0 ? (uint64_t)in_use : 0;
  result.peak_bytes_in_use = (uint64_t)shared.peak;
  pthread_mutex_unlock(&shared.lock);
  return result;
}
