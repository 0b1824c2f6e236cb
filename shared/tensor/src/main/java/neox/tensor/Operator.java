package neox.tensor;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.TensorVector;

/// A libtorch operator found by its schema name: the only way to those whose names start with an
/// underscore, which the Java bindings leave out. A call costs about 3 µs, a binding 1 µs.
///
/// Every argument of the schema must be given, in its order.
final class Operator {
  private final OperatorHandle handle;

  private Operator(OperatorHandle handle) {
    this.handle = handle;
  }

  /// @param overload the part after the dot in the schema's name, or ""
  static Operator find(String name, String overload) {
    return new Operator(Scope.keep(Dispatcher.singleton().findSchemaOrThrow(name, overload)));
  }

  /// A stack to push the arguments on.
  static IValueVector arguments() {
    IValueVector stack = new IValueVector();
    stack.resize(0);
    return stack;
  }

  static IValue none() {
    return new IValue();
  }

  static IValue of(Tensor tensor) {
    return new IValue(tensor);
  }

  static IValue of(double value) {
    return new IValue(value);
  }

  /// An argument that the schema calls `Scalar`.
  static IValue scalar(double value) {
    return new IValue(new Scalar(value));
  }

  static IValue of(boolean value) {
    return new IValue(value);
  }

  static IValue of(TensorVector tensors) {
    return new IValue(new GenericList(new TensorList(tensors)));
  }

  /// Replaces the arguments on the stack by the results.
  void call(IValueVector stack) {
    handle.callBoxed(stack);
  }
}
