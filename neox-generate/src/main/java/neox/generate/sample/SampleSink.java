package neox.generate.sample;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import neox.inference.GeneratedToken;
import neox.inference.Generation;
import neox.inference.GenerationSink;

/// Makes samples of tokens. Mutable.
public final class SampleSink implements GenerationSink {
  private final Answers answers;
  private final IntFunction<Answers.Prompt> prompts;
  private final Listener listener;
  private final Map<Place, OpenSample> open = new HashMap<>();

  /// Learns of samples, whose order is that of their completion.
  @FunctionalInterface
  public interface Listener {
    /// A sample is longer by some text, which may be empty.
    default Flow grown(String piece) {
      return Flow.CONTINUE;
    }

    /// A sample is complete.
    ///
    /// @param request counted in the order in which requests were taken, from 0
    /// @param sample of the request, from 0
    void finished(int request, int sample, Sample finished);
  }

  private record Place(int request, int sample) {}

  /// @param prompts of the requests, by their numbers
  public SampleSink(Answers answers, IntFunction<Answers.Prompt> prompts, Listener listener) {
    this.answers = answers;
    this.prompts = prompts;
    this.listener = listener;
  }

  private OpenSample at(Place place) {
    return open.computeIfAbsent(
        place, _ -> new OpenSample(answers, prompts.apply(place.request())));
  }

  @Override
  public Flow token(GeneratedToken token) {
    OpenSample sample = at(new Place(token.request(), token.sample()));
    Flow wanted = listener.grown(sample.add(token));
    return wanted == Flow.STOP ? Flow.STOP : sample.flow();
  }

  @Override
  public void finished(int request, int sample, Generation generation) {
    Place place = new Place(request, sample);
    OpenSample finished = at(place);
    open.remove(place);
    listener.grown(finished.end());
    listener.finished(request, sample, finished.finish(generation));
  }
}
