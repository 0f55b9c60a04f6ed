// Made by Tests/Fixtures/make-indexing.py from PyTorch 2.15.0; do not edit.

/// By name: the shape, then the elements.
let indexingFixtureText = """
  read integer: 3 4 | 0 1 2 3 4 5 6 7 8 9 10 11
  read negative: 3 4 | 12 13 14 15 16 17 18 19 20 21 22 23
  read element:  | 23
  read range: 2 2 4 | 0 1 2 3 4 5 6 7 12 13 14 15 16 17 18 19
  read from: 2 3 2 | 2 3 6 7 10 11 14 15 18 19 22 23
  read negative ends: 8 | 1 2 3 4 5 6 7 8
  read step: 3 | 1 4 7
  read past the end: 5 | 5 6 7 8 9
  read empty: 0 | 
  read ellipsis: 2 3 | 3 7 11 15 19 23
  read middle ellipsis: 3 | 1 5 9
  read new axis: 2 1 4 | 0 1 2 3 12 13 14 15
  read last new axis: 10 1 | 0 1 2 3 4 5 6 7 8 9
  read mask: 4 | 0 3 6 9
  read mask of all: 11 | 13 14 15 16 17 18 19 20 21 22 23
  read plane mask: 3 4 | 0 1 2 3 8 9 10 11 16 17 18 19
  read row mask: 2 3 2 | 0 3 4 7 8 11 12 15 16 19 20 23
  read mask and integer: 3 | 1 9 17
  read scalar mask: 1 10 | 0 1 2 3 4 5 6 7 8 9
  read scalar mask false: 0 10 | 
  read array: 3 | 3 3 9
  read array rows: 3 3 4 | 12 13 14 15 16 17 18 19 20 21 22 23 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
  read matrix index: 2 2 | 0 2 1 1
  read matrix index rows: 2 2 2 4 | 0 1 2 3 8 9 10 11 4 5 6 7 4 5 6 7 12 13 14 15 20 21 22 23 16 17 18 19 16 17 18 19
  read two arrays: 2 4 | 8 9 10 11 12 13 14 15
  read two arrays broadcast: 2 2 4 | 0 1 2 3 8 9 10 11 12 13 14 15 20 21 22 23
  read arrays apart: 2 3 | 3 7 11 13 17 21
  read arrays apart middle: 2 2 4 | 1 6 11 16 61 66 71 76 44 49 54 59 104 109 114 119
  read arrays together: 2 2 5 | 5 6 7 8 9 55 56 57 58 59 65 66 67 68 69 115 116 117 118 119
  read integer and array: 2 4 | 12 13 14 15 20 21 22 23
  read slice and array: 2 2 2 | 4 7 8 11 16 19 20 23
  read array and new axis: 2 1 3 4 | 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
  read array and ellipsis: 2 3 2 | 3 0 7 4 11 8 15 12 19 16 23 20
  read range then array: 1 2 2 | 9 10 5 6
  read empty array: 0 | 
  read transposed array: 2 3 | 15 19 23 12 16 20
  write integer: 2 3 4 | -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 12 13 14 15 16 17 18 19 20 21 22 23
  write row: 2 3 4 | 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 9 8 7 6
  write column: 2 3 4 | 5 1 2 3 5 5 6 7 5 9 10 11 5 13 14 15 5 17 18 19 5 21 22 23
  write slice: 2 3 4 | 0 1 2 3 100 5 100 7 200 9 200 11 12 13 14 15 100 17 100 19 200 21 200 23
  write leading ones: 2 3 4 | 1 2 3 4 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
  write mask: 2 3 4 | 0 1 0 3 0 5 0 7 0 9 0 11 0 13 0 15 0 17 0 19 0 21 0 23
  write mask values: 10 | -1 1 2 -2 4 5 -3 7 8 -4
  write plane mask: 2 3 4 | 7 7 7 8 4 5 6 7 7 7 7 8 12 13 14 15 7 7 7 8 20 21 22 23
  write array: 10 | 60 1 50 3 4 5 6 7 8 9
  write array rows: 2 3 4 | 1 1 1 1 2 2 2 2 3 3 3 3 1 1 1 1 2 2 2 2 3 3 3 3
  write two arrays: 2 3 4 | 0 1 2 3 4 5 6 7 -5 -5 -5 -5 -5 -5 -5 -5 16 17 18 19 20 21 22 23
  write arrays apart: 2 3 4 | 0 1 2 1 4 5 6 2 8 9 10 3 12 4 14 15 16 5 18 19 20 6 22 23
  write arrays middle: 2 3 4 | 1 2 3 4 4 5 6 7 5 6 7 8 1 2 3 4 16 17 18 19 5 6 7 8
  write converted: 2 3 4 | 2 2 2 2 2 2 2 2 2 2 2 2 12 13 14 15 16 17 18 19 20 21 22 23
  write add row: 2 3 4 | 0 1 2 3 4 5 6 7 8 9 10 11 13 14 15 16 17 18 19 20 21 22 23 24
  write add slice: 2 3 4 | 0 1 2 3 14 15 16 17 18 19 20 21 12 13 14 15 26 27 28 29 30 31 32 33
  write add repeated: 10 | 1 2 2 3 4 5 6 7 8 9
  write add mask: 10 | 100 1 2 103 4 5 106 7 8 109
  write multiply column: 2 3 4 | 0 3 2 3 4 15 6 7 8 27 10 11 12 39 14 15 16 51 18 19 20 63 22 23
  """
