internal import TensorModule

/// The classes and functions that a pickle may name: those of tensors and of plain values. Each is a case here, known to
/// ``PickleReader``; nothing of the name is looked up or run.
enum PickleGlobal: Equatable {
  case orderedDictionary, counter, set, frozenSet, byteArray, encode
  case size, device, layout
  case dtype(DType)
  case storage(DType)
  case untypedStorage
  case tensorClass, parameterClass
  case rebuildTensor, rebuildTensorV2, rebuildTensorV3, rebuildParameter, rebuildParameterWithState, rebuildFromType
  /// What PyTorch has and this library has not; the words name it.
  case unsupported(String)

  private static let types: [(DType, name: String, storage: String)] = [
    (.float32, "float32", "FloatStorage"), (.float64, "float64", "DoubleStorage"), (.float16, "float16", "HalfStorage"),
    (.bfloat16, "bfloat16", "BFloat16Storage"), (.int8, "int8", "CharStorage"), (.int16, "int16", "ShortStorage"),
    (.int32, "int32", "IntStorage"), (.int64, "int64", "LongStorage"), (.uint8, "uint8", "ByteStorage"),
    (.bool, "bool", "BoolStorage"),
  ]

  private static let known: [String: PickleGlobal] = {
    var known: [String: PickleGlobal] = [
      "collections.OrderedDict": .orderedDictionary, "collections.Counter": .counter,
      "builtins.set": .set, "builtins.frozenset": .frozenSet, "builtins.bytearray": .byteArray, "_codecs.encode": .encode,
      "builtins.complex": .unsupported("complex numbers"),
      "torch.Size": .size, "torch.device": .device, "torch.serialization._get_layout": .layout,
      "torch.storage.UntypedStorage": .untypedStorage, "torch.Tensor": .tensorClass,
      "torch.nn.parameter.Parameter": .parameterClass, "torch._utils._rebuild_tensor": .rebuildTensor,
      "torch._utils._rebuild_tensor_v2": .rebuildTensorV2, "torch._utils._rebuild_tensor_v3": .rebuildTensorV3,
      "torch._utils._rebuild_parameter": .rebuildParameter,
      "torch._utils._rebuild_parameter_with_state": .rebuildParameterWithState,
      "torch._tensor._rebuild_from_type_v2": .rebuildFromType,
      "torch._utils._rebuild_qtensor": .unsupported("a quantized tensor (save dequantize()d ones)"),
      "torch._utils._rebuild_sparse_tensor": .unsupported("a sparse tensor (save to_dense())"),
      "torch._utils._rebuild_sparse_csr_tensor": .unsupported("a sparse tensor (save to_dense())"),
      "torch._utils._rebuild_nested_tensor": .unsupported("a nested tensor (save to_padded_tensor(0))"),
      "torch._utils._rebuild_meta_tensor_no_storage": .unsupported("a tensor of the meta device, which has no elements"),
      "torch._utils._rebuild_wrapper_subclass": .unsupported("a tensor of a subclass with code of its own"),
      "torch._utils._rebuild_device_tensor_from_numpy": .unsupported("a tensor of a device that saves through NumPy (save cpu() ones)"),
      "torch._utils._rebuild_device_tensor_from_cpu_tensor": .unsupported("a tensor of a device that saves through the CPU (save cpu() ones)"),
    ]
    for (dtype, name, storage) in types {
      known["torch.\(name)"] = .dtype(dtype)
      known["torch.\(storage)"] = .storage(dtype)
      known["torch.cuda.\(storage)"] = .storage(dtype)
    }
    for name in ["ComplexDouble", "ComplexFloat", "ComplexHalf"] {
      known["torch.\(name)Storage"] = .unsupported("a complex tensor (save view_as_real())")
    }
    for name in ["QUInt8", "QInt8", "QInt32", "QUInt4x2", "QUInt2x4"] {
      known["torch.\(name)Storage"] = .unsupported("a quantized tensor (save dequantize()d ones)")
    }
    for name in [
      "uint16", "uint32", "uint64", "complex32", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2",
      "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu", "float4_e2m1fn_x2", "quint8", "qint8", "qint32", "quint4x2",
      "quint2x4",
    ] { known["torch.\(name)"] = .unsupported("the type \(name)") }
    return known
  }()

  /// Python 2's names of modules.
  private static let renamed = ["__builtin__": "builtins", "copy_reg": "copyreg"]

  /// What a name stands for, or the refusal to run it.
  static func named(_ module: String, _ name: String) throws(FormatFault) -> PickleGlobal {
    let path = "\(renamed[module] ?? module).\(name)"
    if let global = known[path] { return global }
    throw FormatFault(
      .forbidden,
      "the file wants to run \(path), which is not done: only weights and plain values are read; "
        + "in Python, save model.state_dict() and numbers instead of whole objects")
  }

  // MARK: Writing

  /// PyTorch's name of a type: `float32`.
  static func typeName(_ dtype: DType) -> String { types.first { $0.0 == dtype }?.name ?? dtype.description }

  /// PyTorch's class of a type's storages: `FloatStorage`.
  static func storageName(_ dtype: DType) -> String { types.first { $0.0 == dtype }?.storage ?? "UntypedStorage" }
}
