// The layout in which convolutions read an image: zero-padded and, for a stride, sorted by phase, so that what one tap of the
// kernel multiplies for neighbouring outputs lies in neighbouring elements.
#ifndef MK_CONVOLUTION_LAYOUT_H
#define MK_CONVOLUTION_LAYOUT_H

#include "cpu_kernels.h"

static inline int64_t minimum(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t maximum(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t quotient_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
static inline int64_t volume(const int64_t sizes[3]) { return sizes[0] * sizes[1] * sizes[2]; }

// Per channel and phase a box of `size`; the box's element at index i of a dimension is the source's at start + phase + i·step.
typedef struct mk_layout {
  int64_t source[3], start[3], step[3], phases[3], size[3];
  int64_t box, channel;  // elements of a box, of a channel's boxes
  bool in_place;         // the box is the source
} mk_layout;

// Computes the derived members from source, start, step, phases and size.
void mk_finish_layout(mk_layout *image);

// The forward layout of the input: the phases of the stride that some tap meets.
mk_layout mk_input_layout(const mk_convolution *geometry);
// The offset of every (channel of a group, tap) in that layout.
void mk_input_offsets(const mk_convolution *geometry, const mk_layout *image, int64_t channels, int64_t *offsets);

// The channels' layout in `target`, or the source itself when nothing changes and `beyond` elements past what is used (read by
// the last whole panel) still belong to it.
const char *mk_lay_out(const mk_layout *image, int64_t item, int64_t channels, const char *source, const char *source_end, int64_t beyond,
                       char *target);

#endif
