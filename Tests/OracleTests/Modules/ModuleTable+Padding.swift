import Martlet
import TensorModule

extension OracleCall {
  /// A padding's numbers; one stands for all sides.
  fileprivate func sides(_ rank: Int) throws -> [Int] {
    let given = try ints(0, "padding")
    return given.count == 1 ? [Int](repeating: given[0], count: 2 * rank) : given
  }
}

extension ModuleTable {
  mutating func addPadding() {
    layer("nn.CircularPad1d") { c in CircularPad1d(try c.sides(1)) }
    layer("nn.CircularPad2d") { c in CircularPad2d(try c.sides(2)) }
    layer("nn.CircularPad3d") { c in CircularPad3d(try c.sides(3)) }
    layer("nn.ReflectionPad1d") { c in ReflectionPad1d(try c.sides(1)) }
    layer("nn.ReflectionPad2d") { c in ReflectionPad2d(try c.sides(2)) }
    layer("nn.ReflectionPad3d") { c in ReflectionPad3d(try c.sides(3)) }
    layer("nn.ReplicationPad1d") { c in ReplicationPad1d(try c.sides(1)) }
    layer("nn.ReplicationPad2d") { c in ReplicationPad2d(try c.sides(2)) }
    layer("nn.ReplicationPad3d") { c in ReplicationPad3d(try c.sides(3)) }
    layer("nn.ZeroPad1d") { c in ZeroPad1d(try c.sides(1)) }
    layer("nn.ZeroPad2d") { c in ZeroPad2d(try c.sides(2)) }
    layer("nn.ZeroPad3d") { c in ZeroPad3d(try c.sides(3)) }
    layer("nn.ConstantPad1d") { c in try ConstantPad1d(c.sides(1), c.double(1, "value")) }
    layer("nn.ConstantPad2d") { c in try ConstantPad2d(c.sides(2), c.double(1, "value")) }
    layer("nn.ConstantPad3d") { c in try ConstantPad3d(c.sides(3), c.double(1, "value")) }
  }
}
