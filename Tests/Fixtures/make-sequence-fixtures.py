"""Writes NNTests' table of what PyTorch's recurrent and attention modules compute.

    python Tests/Fixtures/make-sequence-fixtures.py > Tests/NNTests/SequenceFixtures.swift

Inputs, parameters and weights of the sum that is differentiated come from one formula, so only results are stored, as in
make-nn-fixtures.py.
"""
import math
import torch
from torch import nn
from torch.nn.utils.rnn import (
    pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence, unpack_sequence)

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def fill(*shape, phase=0.0):
    count = math.prod(shape)
    return torch.tensor([math.sin(0.7 * i + phase) for i in range(count)]).reshape(shape)


def line(name, tensors):
    texts = [" ".join("%.9g" % v for v in t.detach().reshape(-1).tolist()) for t in tensors]
    print(name + ": " + " | ".join(texts))


def flat(value):
    if isinstance(value, (tuple, list)):
        return [t for part in value for t in flat(part)]
    return [] if value is None else [value]


def case(name, module, function, *inputs):
    """As make-nn-fixtures.py does it."""
    inputs = [i.clone().requires_grad_() for i in inputs]
    parameters = list(module.parameters()) if module is not None else []
    with torch.no_grad():
        for k, p in enumerate(parameters):
            p.copy_(fill(*p.shape, phase=k + 1.0) * 0.5)
    outputs = flat(function(*inputs))
    sum((o * fill(*o.shape, phase=0.3 * k + 2)).sum() for k, o in enumerate(outputs)).backward()
    gradients = [t.grad for t in inputs + parameters]
    line(name, outputs + [torch.zeros(0) if g is None else g for g in gradients])


print("// Written by Tests/Fixtures/make-sequence-fixtures.py: what PyTorch computes.\n")
print('let sequenceFixtureText = """')


def recurrent(name, module, x, *state):
    case(name, module, lambda x, *s: module(x, tuple(s) if len(s) == 2 else s[0] if s else None), x, *state)


recurrent("rnn", nn.RNN(3, 4), fill(5, 2, 3))
recurrent("rnn relu both ways", nn.RNN(3, 2, 2, nonlinearity="relu", bidirectional=True), fill(3, 2, 3))
recurrent("rnn state", nn.RNN(3, 4, bias=False), fill(3, 2, 3), fill(1, 2, 4, phase=0.5))
recurrent("gru", nn.GRU(3, 4), fill(5, 2, 3))
recurrent("gru batch first both ways", nn.GRU(3, 2, 2, batch_first=True, bidirectional=True), fill(2, 4, 3))
recurrent("gru unbatched state", nn.GRU(3, 4, bias=False), fill(4, 3), fill(1, 4, phase=0.5))
recurrent("rnn cell", nn.RNNCell(3, 4), fill(2, 3), fill(2, 4, phase=0.5))
recurrent("rnn cell relu", nn.RNNCell(3, 4, nonlinearity="relu"), fill(3))
recurrent("gru cell", nn.GRUCell(3, 4), fill(2, 3), fill(2, 4, phase=0.5))
recurrent("gru cell unbatched", nn.GRUCell(3, 4, bias=False), fill(3), fill(4, phase=0.5))
recurrent("lstm cell", nn.LSTMCell(3, 4), fill(2, 3), fill(2, 4, phase=0.5), fill(2, 4, phase=0.9))
recurrent("lstm cell no state", nn.LSTMCell(3, 4, bias=False), fill(3))


def packed(name, module, lengths, x, *state, **options):
    def run(x, *s):
        given = pack_padded_sequence(x, lengths, batch_first=module.batch_first, **options)
        output, final = module(given, tuple(s) if len(s) == 2 else s[0] if s else None)
        return pad_packed_sequence(output, batch_first=module.batch_first)[0], final
    case(name, module, run, x, *state)


packed("packed rnn", nn.RNN(3, 4), [4, 2, 2], fill(4, 3, 3))
packed("packed gru", nn.GRU(3, 2, 2, batch_first=True, bidirectional=True), [2, 4, 1], fill(3, 4, 3), enforce_sorted=False)
packed("packed lstm", nn.LSTM(3, 3, 2, bidirectional=True, proj_size=2), [1, 3, 5, 3], fill(5, 4, 3),
       fill(4, 4, 2, phase=0.5), fill(4, 4, 3, phase=0.9), enforce_sorted=False)


def packing(x):
    p = pack_padded_sequence(x, [2, 4, 1], batch_first=True, enforce_sorted=False)
    return [p.data, pad_packed_sequence(p, batch_first=True, padding_value=-1, total_length=6)[0],
            pad_packed_sequence(p)[0]]


def sequences(a, b, c):
    p = pack_sequence([a, b, c], enforce_sorted=False)
    return [pad_sequence([a, b, c]), pad_sequence([a, b, c], batch_first=True, padding_value=2),
            pad_sequence([a, b, c], padding_side="left"), p.data] + unpack_sequence(p)


case("packing", None, packing, fill(3, 4, 2))
case("sequences", None, sequences, fill(2, 2), fill(4, 2, phase=0.5), fill(1, 2, phase=0.9))

triangle = torch.ones(4, 4).triu(1).bool()
padding = torch.tensor([[False, False, False, True], [False, False, True, True]])
attention = nn.MultiheadAttention(4, 2)
case("attention", attention, lambda x: attention(x, x, x), fill(4, 2, 4))
case("attention unbatched", attention, lambda x: attention(x, x, x, attn_mask=triangle), fill(4, 4))
first = nn.MultiheadAttention(4, 2, batch_first=True, add_bias_kv=True, add_zero_attn=True)
case("attention masks", first, lambda x: first(
    x, x, x, key_padding_mask=padding, attn_mask=triangle, average_attn_weights=False), fill(2, 4, 4))
case("attention causal", attention, lambda x: attention(
    x, x, x, attn_mask=triangle, is_causal=True, need_weights=False), fill(4, 2, 4))
mixed = nn.MultiheadAttention(4, 2, bias=False, kdim=3, vdim=5)
case("attention sizes", mixed, mixed, fill(3, 2, 4), fill(4, 2, 3), fill(4, 2, 5))

size = dict(dim_feedforward=6, dropout=0.0)
encoder_layer = nn.TransformerEncoderLayer(4, 2, **size, batch_first=True)
case("encoder layer", encoder_layer, lambda x: encoder_layer(x, src_mask=triangle, src_key_padding_mask=padding), fill(2, 4, 4))
encoder = nn.TransformerEncoder(
    nn.TransformerEncoderLayer(4, 2, **size, activation="gelu", norm_first=True), 2, norm=nn.LayerNorm(4))
case("encoder", encoder, lambda x: encoder(x, mask=nn.Transformer.generate_square_subsequent_mask(3).double(), is_causal=True), fill(3, 2, 4))
decoder_layer = nn.TransformerDecoderLayer(4, 2, **size, activation=nn.functional.silu, bias=False)
case("decoder layer", decoder_layer, decoder_layer, fill(3, 2, 4), fill(4, 2, 4, phase=0.5))
decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, **size, norm_first=True), 2)
case("decoder", decoder, lambda x, m: decoder(x, m, memory_key_padding_mask=padding), fill(3, 2, 4), fill(4, 2, 4, phase=0.5))
transformer = nn.Transformer(4, 2, 1, 1, 6, 0.0, batch_first=True)
case("transformer", transformer, lambda s, t: transformer(
    s, t, tgt_mask=triangle[:3, :3], src_key_padding_mask=padding, memory_key_padding_mask=padding),
    fill(2, 4, 4), fill(2, 3, 4, phase=0.5))

torch.set_default_dtype(torch.float32)
for name, make in [
    ("init rnn", lambda: nn.RNN(2, 3, 2)), ("init gru", lambda: nn.GRU(2, 3, bidirectional=True, bias=False)),
    ("init lstm projected", lambda: nn.LSTM(2, 3, proj_size=2)), ("init gru cell", lambda: nn.GRUCell(2, 3)),
    ("init attention", lambda: nn.MultiheadAttention(4, 2, add_bias_kv=True)),
    ("init attention sizes", lambda: nn.MultiheadAttention(4, 2, kdim=3, vdim=5)),
    ("init encoder", lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 3), 2)),
    ("init transformer", lambda: nn.Transformer(4, 2, 1, 2, 3)),
]:
    torch.manual_seed(0)
    line(name, list(make().parameters()))


def drawn(name, make, *shapes):
    torch.manual_seed(0)
    module = make()
    outputs = flat(module(*[fill(*shape).float() for shape in shapes]))
    line(name, outputs)


drawn("dropout gru", lambda: nn.GRU(2, 3, 2, dropout=0.4), (3, 4, 2))
drawn("dropout attention", lambda: nn.MultiheadAttention(4, 2, dropout=0.4), (3, 2, 4), (3, 2, 4), (3, 2, 4))
drawn("dropout encoder layer", lambda: nn.TransformerEncoderLayer(4, 2, 6, dropout=0.4), (3, 2, 4))
drawn("dropout transformer", lambda: nn.Transformer(4, 2, 1, 1, 6, dropout=0.3), (3, 2, 4), (3, 2, 4))
print('"""')
