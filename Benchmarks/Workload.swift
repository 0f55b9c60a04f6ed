import Martlet

/// Something to measure: how its operands are made, and what is repeated.
struct Workload {
  /// `group/what-shape`: the same name on PyTorch's side.
  let name: String
  let schedule: Schedule
  /// Makes the operands and returns what is timed.
  let prepare: () throws -> () throws -> Void

  init(_ name: String, _ schedule: Schedule = Schedule(), prepare: @escaping () throws -> () throws -> Void) {
    self.name = name
    self.schedule = schedule
    self.prepare = prepare
  }

  /// An operation whose result is thrown away.
  ///
  /// - Parameters:
  ///   - name: the workload's name.
  ///   - inner: calls per measurement, so that short ones are long against the clock's resolution.
  ///   - prepare: makes the operands and returns the operation.
  static func operation(
    _ name: String, inner: Int = 1, _ prepare: @escaping () -> () -> Tensor
  ) -> Workload {
    Workload(name, Schedule(inner: inner)) {
      let operation = prepare()
      return { consume(operation()) }
    }
  }

  /// An operation and its gradients: forward, sum, backward.
  ///
  /// - Parameters:
  ///   - name: the workload's name.
  ///   - prepare: makes the operands and returns those that gradients are wanted of, and the operation.
  static func training(
    _ name: String, _ prepare: @escaping () -> (leaves: [Tensor], operation: () -> Tensor)
  ) -> Workload {
    Workload(name) {
      let (leaves, operation) = prepare()
      return {
        for leaf in leaves { leaf.grad = nil }
        operation().sum().backward()
      }
    }
  }
}

/// Normal random numbers of which gradients are wanted.
func leaf(_ sizes: Int...) -> Tensor {
  Tensor.randn(Shape(sizes), requiresGrad: true)
}

/// Uses a result, in the optimiser's eyes: computing it cannot be left out.
@inline(never) @_optimize(none)
func consume(_ result: Tensor) {}
