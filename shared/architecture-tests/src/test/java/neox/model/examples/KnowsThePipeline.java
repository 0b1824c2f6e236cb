package neox.model.examples;

import neox.hub.examples.internal.Inner;
import neox.parallel.pipeline.Step;

/// Knows more of parallelism than a model may, and the internals of another module.
class KnowsThePipeline {
  Class<?> step = Step.class;
  Class<?> inner = Inner.class;
}
