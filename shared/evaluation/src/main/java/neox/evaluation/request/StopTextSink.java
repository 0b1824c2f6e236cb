package neox.evaluation.request;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import neox.inference.GeneratedToken;
import neox.inference.Generation;
import neox.inference.GenerationSink;
import neox.inference.text.TextStream;

/// Ends each continuation where a stop text is complete. Mutable.
final class StopTextSink implements GenerationSink {
  private final Map<Integer, TextStream> open = new HashMap<>();
  private final IntFunction<TextStream> texts;
  private final Finished finished;

  /// Takes what was written for a request.
  @FunctionalInterface
  interface Finished {
    void accept(int request, int[] tokens);
  }

  /// @param texts looks for the stop texts of a request
  StopTextSink(IntFunction<TextStream> texts, Finished finished) {
    this.texts = texts;
    this.finished = finished;
  }

  @Override
  public Flow token(GeneratedToken token) {
    TextStream text = open.computeIfAbsent(token.request(), texts::apply);
    text.add(token.id());
    return text.isStopped() ? Flow.STOP : Flow.CONTINUE;
  }

  @Override
  public void finished(int request, int sample, Generation generation) {
    open.remove(request);
    finished.accept(request, generation.tokens());
  }
}
