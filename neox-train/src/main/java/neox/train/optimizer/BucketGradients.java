package neox.train.optimizer;

import java.util.List;
import neox.parallel.SumTree;
import org.bytedeco.pytorch.Tensor;

/// The gradients of one bucket on their way from backward passes to the means of a step. The
/// parameters' own `grad` are views of memory of this object.
///
/// One step goes
///
///     clear, (expect, arrived) per micro-batch, reduce
///
/// All data-parallel ranks call all methods in the same order. Call them inside a `NoGradGuard`.
sealed interface BucketGradients extends AutoCloseable permits WholeGradients, PartGradients {
  Bucket bucket();

  /// The slices whose sums this rank keeps, in the order of the bucket.
  List<Slice> kept();

  /// The sums of what is kept, float32; after [#reduce] the means over the data-parallel ranks.
  Tensor sums();

  /// A kept slice in memory of the form of [#sums]: `[count]`.
  Tensor view(Tensor flat, Slice slice);

  /// Starts the next step.
  void clear();

  /// Where sums have an order of their own, in this one until the next step.
  void addInOrder(SumTree tree);

  /// Says that a backward pass comes to these parameters.
  void expect();

  /// Takes over what a backward pass has left.
  void arrived();

  /// Begins to reduce beside the backward pass, if that is how this is reduced; after the last
  /// [#arrived].
  void start();

  /// Brings what is under way a step further.
  void advance();

  /// Ends what a backward pass has begun, but for the reduction of the step.
  void settle();

  /// Makes the sums those over tensor-parallel ranks and means over data-parallel ranks.
  void reduce();

  /// Memory of the form and type of the bucket's weights, until [#carried].
  Tensor carrier();

  /// The carrier is not needed any more.
  void carried();

  /// All tensors of this object that have memory of their own.
  List<Tensor> memory();

  @Override
  void close();
}
