// Written by Tests/Fixtures/make-module-fixtures.py: how PyTorch's modules print and begin.

let moduleFixtureText = """
conv1d;;Conv1d(4, 5, kernel_size=(3,), stride=(1,), padding=(2,));;weight,bias;;-1.2617769 -0.0021612588 0.15485792 -0.23759267 -0.2124473 -0.11118449|0.32139935 0.13061771 0.11609371 -0.17099744 0.087210804 0.15847456
conv1d all;;Conv1d(4, 6, kernel_size=(3,), stride=(2,), padding=(1,), dilation=(2,), groups=2, bias=False, padding_mode=circular);;weight;;-1.75603 -0.0030564817 0.21900219 -0.33600679 -0.30044585 -0.15723862
conv1d same;;Conv1d(2, 3, kernel_size=(4,), stride=(1,), padding=same);;weight,bias;;-0.37886693 -0.0026469906 0.18966144 -0.29099038 -0.26019374 -0.13617262|0.30055821 -0.056986921 0.037410934 0.32013419
conv2d;;Conv2d(3, 4, kernel_size=(3, 5), stride=(1, 1), padding=same, padding_mode=reflect);;weight,bias;;-1.5194462 -0.0011160693 0.079968289 -0.12269232 -0.10970732 -0.057415426|0.13285127 0.015996074 -0.031210845 0.10645363 0.041612409
conv2d valid;;Conv2d(3, 4, kernel_size=(3, 3), stride=(2, 1), padding=valid);;weight,bias;;-0.74751956 -0.0014408393 0.10323862 -0.15839511 -0.14163153 -0.074122995|0.053672933 -0.010603924 0.028895428 -0.078814141 0.11419557
conv3d;;Conv3d(2, 3, kernel_size=(1, 2, 3), stride=(1, 2, 2), padding=(0, 1, 0));;weight,bias;;-1.2417006 -0.0021612588 0.15485792 -0.23759267 -0.2124473 -0.11118449|0.20844537 -0.16851136 0.24814458 0.12881215
conv transpose1d;;ConvTranspose1d(4, 6, kernel_size=(3,), stride=(2,), padding=(1,), output_padding=(1,), groups=2);;weight,bias;;-1.4337925 -0.0024956069 0.17881453 -0.27434838 -0.24531302 -0.1283848|0.24888553 -0.19458017 0.2865327 0.14873946 0.16155753 0.017530521
conv transpose2d;;ConvTranspose2d(2, 3, kernel_size=(2, 3), stride=(1, 1), dilation=(2, 1), bias=False);;weight;;-1.0138443 -0.0017646605 0.12644097 -0.1939936 -0.1734625 -0.090781756
conv transpose3d;;ConvTranspose3d(2, 2, kernel_size=(2, 2, 2), stride=(2, 2, 2));;weight,bias;;-0.3894158 -0.0018717051 0.1341109 -0.20576128 -0.18398476 -0.096288592|-0.27712813 -0.16204491 -0.11508322
linear;;Linear(in_features=3, out_features=2, bias=False);;weight;;-0.66223486 -0.0043225177 0.30971584 -0.47518533 -0.4248946 -0.22236897
bilinear;;Bilinear(in1_features=2, in2_features=3, out_features=4, bias=True);;weight,bias;;-0.75773387 -0.0052939812 0.37932289 -0.58198076 -0.52038747 -0.27234524|-0.054845579 -0.11397384 0.074821867 0.64026839 -0.65596199
bilinear no bias;;Bilinear(in1_features=2, in2_features=3, out_features=4, bias=False);;weight;;-0.75773387 -0.0052939812 0.37932289 -0.58198076 -0.52038747 -0.27234524
embedding;;Embedding(4, 3, padding_idx=1, max_norm=1.5);;weight;;-1.227049 1.5409961 -0.2934289 -2.1787894 0 0
embedding bag;;EmbeddingBag(4, 3, mode='sum', padding_idx=2);;weight;;-3.6638511 1.5409961 -0.2934289 -2.1787894 0.56843126 -1.0845224
embedding bag mean;;EmbeddingBag(4, 3, mode='mean');;weight;;-3.1417356 1.5409961 -0.2934289 -2.1787894 0.56843126 -1.0845224
batch norm1d;;BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True);;weight,bias,running_mean,running_var,num_batches_tracked;;3 1 1 1|0 0 0 0|0 0 0 0|3 1 1 1|0 0
batch norm2d;;BatchNorm2d(3, eps=1e-05, momentum=None, affine=False, bias=False, track_running_stats=True);;running_mean,running_var,num_batches_tracked;;0 0 0 0|3 1 1 1|0 0
batch norm3d;;BatchNorm3d(3, eps=0.001, momentum=0.1, affine=True, bias=True, track_running_stats=False);;weight,bias;;3 1 1 1|0 0 0 0
batch norm no bias;;BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=False, track_running_stats=True);;weight,running_mean,running_var,num_batches_tracked;;3 1 1 1|0 0 0 0|3 1 1 1|0 0
instance norm1d;;InstanceNorm1d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=False);;;;
instance norm2d;;InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True);;weight,bias,running_mean,running_var,num_batches_tracked;;3 1 1 1|0 0 0 0|0 0 0 0|3 1 1 1|0 0
instance norm3d;;InstanceNorm3d(3, eps=1e-05, momentum=0.1, affine=True, bias=False, track_running_stats=False);;weight;;3 1 1 1
layer norm;;LayerNorm((2, 5), eps=1e-05, elementwise_affine=True, bias=True);;weight,bias;;10 1 1 1 1 1|0 0 0 0 0 0
layer norm no bias;;LayerNorm((5,), eps=1e-05, elementwise_affine=True, bias=False);;weight;;5 1 1 1 1 1
rms norm;;RMSNorm((5,), eps=None, elementwise_affine=True);;weight;;5 1 1 1 1 1
rms norm eps;;RMSNorm((2, 5), eps=1e-06, elementwise_affine=False);;;;
group norm;;GroupNorm(2, 4, eps=1e-05, affine=True, bias=True);;weight,bias;;4 1 1 1 1|0 0 0 0 0
group norm plain;;GroupNorm(2, 4, eps=1e-05, affine=False, bias=False);;;;
local response norm;;LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0);;;;
max pool1d;;MaxPool1d(kernel_size=3, stride=2, padding=0, dilation=1, ceil_mode=False);;;;
max pool2d;;MaxPool2d(kernel_size=(3, 2), stride=(3, 2), padding=1, dilation=1, ceil_mode=True);;;;
max pool3d;;MaxPool3d(kernel_size=2, stride=2, padding=0, dilation=2, ceil_mode=False);;;;
max unpool1d;;MaxUnpool1d(kernel_size=(2,), stride=(2,), padding=(0,));;;;
max unpool2d;;MaxUnpool2d(kernel_size=(3, 2), stride=(2, 2), padding=(0, 0));;;;
max unpool3d;;MaxUnpool3d(kernel_size=(2, 2, 2), stride=(2, 2, 2), padding=(1, 1, 1));;;;
avg pool1d;;AvgPool1d(kernel_size=(3,), stride=(3,), padding=(0,));;;;
avg pool2d;;AvgPool2d(kernel_size=(3, 2), stride=1, padding=1);;;;
avg pool3d;;AvgPool3d(kernel_size=2, stride=2, padding=0);;;;
lp pool1d;;LPPool1d(norm_type=2, kernel_size=3, stride=None, ceil_mode=False);;;;
lp pool2d;;LPPool2d(norm_type=1.2, kernel_size=(3, 2), stride=(2, 1), ceil_mode=False);;;;
lp pool3d;;LPPool3d(norm_type=2, kernel_size=3, stride=2, ceil_mode=True);;;;
adaptive avg pool1d;;AdaptiveAvgPool1d(output_size=5);;;;
adaptive avg pool2d;;AdaptiveAvgPool2d(output_size=(5, None));;;;
adaptive avg pool3d;;AdaptiveAvgPool3d(output_size=(5, 6, 7));;;;
adaptive max pool1d;;AdaptiveMaxPool1d(output_size=5);;;;
adaptive max pool2d;;AdaptiveMaxPool2d(output_size=2);;;;
adaptive max pool3d;;AdaptiveMaxPool3d(output_size=(None, 3, 4));;;;
zero pad1d;;ZeroPad1d((2, 2));;;;
zero pad2d;;ZeroPad2d((1, 2, 3, 4));;;;
zero pad3d;;ZeroPad3d((1, 1, 1, 1, 1, 1));;;;
constant pad1d;;ConstantPad1d(padding=(1, 2), value=3.5);;;;
constant pad2d;;ConstantPad2d(padding=(1, 1, 1, 1), value=0);;;;
constant pad3d;;ConstantPad3d(padding=(2, 2, 2, 2, 2, 2), value=-1);;;;
reflection pad1d;;ReflectionPad1d((2, 2));;;;
reflection pad2d;;ReflectionPad2d((1, 1, 2, 0));;;;
reflection pad3d;;ReflectionPad3d((1, 1, 1, 1, 1, 1));;;;
replication pad1d;;ReplicationPad1d((3, 1));;;;
replication pad2d;;ReplicationPad2d((2, 2, 2, 2));;;;
replication pad3d;;ReplicationPad3d((1, 1, 1, 1, 1, 1));;;;
circular pad1d;;CircularPad1d((1, 1));;;;
circular pad2d;;CircularPad2d((1, 2, 3, 4));;;;
circular pad3d;;CircularPad3d((1, 1, 1, 1, 1, 1));;;;
unfold;;Unfold(kernel_size=(2, 3), dilation=1, padding=1, stride=1);;;;
fold;;Fold(output_size=(4, 5), kernel_size=2, dilation=1, padding=0, stride=(2, 1));;;;
pixel shuffle;;PixelShuffle(upscale_factor=2);;;;
pixel unshuffle;;PixelUnshuffle(downscale_factor=3);;;;
channel shuffle;;ChannelShuffle(groups=2);;;;
upsample factor;;Upsample(scale_factor=2.0, mode='nearest');;;;
upsample size;;Upsample(size=(5, 7), mode='bicubic');;;;
upsample factors;;Upsample(scale_factor=(2.0, 3.0), mode='bilinear');;;;
upsampling nearest;;UpsamplingNearest2d(size=5, mode='nearest');;;;
upsampling bilinear;;UpsamplingBilinear2d(scale_factor=1.5, mode='bilinear');;;;
flatten;;Flatten(start_dim=1, end_dim=-1);;;;
unflatten;;Unflatten(dim=1, unflattened_size=(2, 3));;;;
unflatten one;;Unflatten(dim=1, unflattened_size=(2,));;;;
identity;;Identity();;;;
dropout;;Dropout(p=0.25, inplace=True);;;;
dropout1d;;Dropout1d(p=0.5, inplace=False);;;;
dropout2d;;Dropout2d(p=0.1, inplace=False);;;;
dropout3d;;Dropout3d(p=0.5, inplace=False);;;;
alpha dropout;;AlphaDropout(p=0.5, inplace=False);;;;
feature alpha dropout;;FeatureAlphaDropout(p=0.5, inplace=False);;;;
celu;;CELU(alpha=1.0);;;;
elu;;ELU(alpha=0.5, inplace=True);;;;
gelu;;GELU(approximate='tanh');;;;
glu;;GLU(dim=-1);;;;
hardshrink;;Hardshrink(0.5);;;;
hardsigmoid;;Hardsigmoid();;;;
hardswish;;Hardswish();;;;
hardtanh;;Hardtanh(min_val=-1.0, max_val=1.0);;;;
leaky relu;;LeakyReLU(negative_slope=0.2, inplace=True);;;;
log sigmoid;;LogSigmoid();;;;
log softmax;;LogSoftmax(dim=1);;;;
mish;;Mish(inplace=True);;;;
prelu;;PReLU(num_parameters=3);;weight;;0.75 0.25 0.25 0.25
relu;;ReLU(inplace=True);;;;
relu6;;ReLU6();;;;
relu6 inplace;;ReLU6(inplace=True);;;;
rrelu;;RReLU(lower=0.125, upper=0.3333333333333333);;;;
selu;;SELU();;;;
silu;;SiLU(inplace=True);;;;
softmax;;Softmax(dim=1);;;;
softmax2d;;Softmax2d();;;;
softmin;;Softmin(dim=0);;;;
softplus;;Softplus(beta=1.0, threshold=20.0);;;;
softshrink;;Softshrink(0.25);;;;
threshold;;Threshold(threshold=0.5, value=1.5);;;;
cosine similarity;;CosineSimilarity();;;;
pairwise distance;;PairwiseDistance();;;;
cross entropy;;CrossEntropyLoss();;weight;;3 1 2
nll;;NLLLoss();;;;
bce with logits;;BCEWithLogitsLoss();;pos_weight;;3 3
triplet;;TripletMarginLoss();;;;
sequential;;Sequential();;;;
module list;;ModuleList(\\n  (0-1): 2 x Linear(in_features=2, out_features=2, bias=True)\\n  (2): ReLU()\\n);;0.weight,0.bias,1.weight,1.bias;;-0.72833933 -0.0052939812 0.37932289 -0.58198076 -0.52038747|-0.082729355 -0.27234524 0.18961589|0.67100529 -0.014010034 0.5606575 -0.062751517 0.18710934|-0.35268962 -0.21369691 -0.13899271
module dict;;ModuleDict(\\n  (z): Linear(in_features=2, out_features=2, bias=True)\\n  (a): ReLU()\\n);;z.weight,z.bias;;-0.72833933 -0.0052939812 0.37932289 -0.58198076 -0.52038747|-0.082729355 -0.27234524 0.18961589
parameter list;;ParameterList(\\n    (0): Parameter containing: [torch.float32 of size 2x3]\\n    (1): Parameter containing: [torch.float32 of size 3]\\n);;0,1;;0 0 0 0 0 0|3 1 1 1
parameter dict;;ParameterDict(\\n    (b): Parameter containing: [torch.FloatTensor of size 2x3]\\n    (a): Parameter containing: [torch.FloatTensor of size ]\\n);;b,a;;0 0 0 0 0 0|1 1
"""
