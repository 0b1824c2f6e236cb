/* The order of packed samples, as numpy and a plain C loop make it; see index-build.sh. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint32_t state[624];
static int next_word = 624;

static void seed(uint32_t s) {
  state[0] = s;
  for (int i = 1; i < 624; i++)
    state[i] = 1812433253u * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
}

static uint32_t word(void) {
  if (next_word == 624) {
    for (int k = 0; k < 624; k++) {
      uint32_t y = (state[k] & 0x80000000u) | (state[(k + 1) % 624] & 0x7fffffffu);
      state[k] = state[(k + 397) % 624] ^ (y >> 1) ^ ((y & 1) ? 0x9908b0dfu : 0);
    }
    next_word = 0;
  }
  uint32_t y = state[next_word++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

static void shuffle(int32_t *x, int64_t n) {
  for (int64_t i = n - 1; i > 0; i--) {
    uint32_t mask = 0xffffffffu >> __builtin_clz((uint32_t)i), j;
    while ((j = word() & mask) > (uint32_t)i) {}
    int32_t kept = x[i];
    x[i] = x[j];
    x[j] = kept;
  }
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

/* Whether an .npy file holds these bytes after its header. */
static const char *compare(const char *file, const void *data, size_t bytes) {
  FILE *f = fopen(file, "rb");
  unsigned char head[10];
  static char buffer[1 << 20];
  if (!f || fread(head, 1, 10, f) != 10) return "cannot be read";
  fseek(f, 10 + head[8] + 256 * head[9], SEEK_SET);
  const char *at = data;
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, f)) > 0; at += n, bytes -= n)
    if (n > bytes || memcmp(buffer, at, n)) return "DIFFERS";
  fclose(f);
  return bytes ? "DIFFERS" : "equal";
}

int main(int argc, char **argv) {
  int64_t requested = atoll(argv[1]), documents = atoll(argv[2]), seq = 2048, tokens = 0;
  int32_t *sizes = malloc(4 * documents);
  for (int64_t i = 0; i < documents; i++)
    tokens += sizes[i] = 500 + (int32_t)((i * 2654435761ll & 0xffffffffll) % 1001);
  int64_t epochs = 1;
  while ((epochs * tokens - 1) / seq < requested) epochs++;
  int64_t n = epochs * documents, cuts = (epochs * tokens - 1) / seq;
  double start = now();
  int32_t *order = malloc(4 * n), *rows = malloc(8 * (cuts + 1)), *shuffled = malloc(4 * cuts);
  for (int64_t i = 0; i < n; i++) order[i] = (int32_t)(i % documents);
  seed(1234);
  shuffle(order, n);
  double shuffledAt = now();
  int64_t d = 0, offset = 0;
  rows[0] = rows[1] = 0;
  for (int64_t row = 1; row <= cuts; row++) {
    int64_t remaining = seq + 1;
    while (remaining > 0) {
      int64_t available = sizes[order[d]] - offset;
      remaining -= available;
      if (remaining <= 0) {
        offset += remaining + available - 1;
      } else {
        d++;
        offset = 0;
      }
    }
    rows[2 * row] = (int32_t)d;
    rows[2 * row + 1] = (int32_t)offset;
  }
  double cutAt = now();
  for (int64_t i = 0; i < cuts; i++) shuffled[i] = (int32_t)i;
  shuffle(shuffled, cuts);
  double end = now();
  printf("  built in %.1f s, %.1f s of CPU with the setting up (documents %.1f, cuts %.1f, samples %.1f): %.1f million/s\n",
         end - start, (double)clock() / CLOCKS_PER_SEC, shuffledAt - start, cutAt - shuffledAt, end - cutAt, cuts / (end - start) / 1e6);
  if (argc > 5) {
    printf("  documents %s, cuts %s, samples %s\n", compare(argv[3], order, 4 * n),
           compare(argv[4], rows, 8 * (cuts + 1)), compare(argv[5], shuffled, 4 * cuts));
  }
  return 0;
}
