// Made by Tests/Fixtures/make-promotion.py from PyTorch 2.15.0; do not edit.

/// The dtypes by letter, in the order of the columns.
let promotionLetters = "fdhb1248ut"

/// A row per left dtype: its letter, then the result type with a tensor of each right dtype, with a 0-d tensor of each,
/// of two 0-d tensors, of a tensor with the numbers `true`, `1`, `1.0`, of a 0-d tensor with them, and of division, sum,
/// equality and `exp`.
let promotionFixtures = """
  f fdffffffff ffffffffff fdffffffff fff fff f f t f
  d dddddddddd dddddddddd dddddddddd ddd ddd d d t d
  h fdhfhhhhhh hhhhhhhhhh fdhfhhhhhh hhh hhh h h t h
  b fdfbbbbbbb bbbbbbbbbb fdfbbbbbbb bbb bbb b b t b
  1 fdhb124821 fdhb111111 fdhb124821 11f 11f f 8 t f
  2 fdhb224822 fdhb222222 fdhb224822 22f 22f f 8 t f
  4 fdhb444844 fdhb444444 fdhb444844 44f 44f f 8 t f
  8 fdhb888888 fdhb888888 fdhb888888 88f 88f f 8 t f
  u fdhb2248uu fdhbuuuuuu fdhb2248uu uuf uuf f 8 t f
  t fdhb1248ut fdhb1248ut fdhb1248ut t8f t8f f 8 t f
  """
