package neox.inference;

import neox.inference.Generation.End;
import neox.inference.sampling.RandomStream;
import neox.inference.sampling.TokenSampler;

/// A request some of whose samples are being written. Mutable.
final class OngoingRequest {
  private final int number;
  private final GenerationRequest request;
  private final int longest;
  private int begun;
  private float[] afterContext = {};

  /// @param number of the request
  /// @param longest tokens of context and continuation together
  OngoingRequest(int number, GenerationRequest request, int longest) {
    this.number = number;
    this.request = request;
    this.longest = longest;
  }

  int number() {
    return number;
  }

  GenerationRequest request() {
    return request;
  }

  int[] context() {
    return request.context();
  }

  /// How many tokens may follow the context.
  int room() {
    return Math.min(request.maximumTokens(), longest - request.context().length);
  }

  /// Why there is no more room than that.
  End endOfRoom() {
    return room() == request.maximumTokens() ? End.MAXIMUM : End.FULL;
  }

  int samplesLeft() {
    return request.samples() - begun;
  }

  /// The next sample.
  Continuation begin() {
    int sample = begun++;
    RandomStream random = RandomStream.of(request.seed(), sample);
    return new Continuation(
        this,
        sample,
        new TokenSampler(request.sampler(), request.details(), random, request.context()));
  }

  /// What the model said after the context, for samples that begin later: `[V]`.
  float[] afterContext() {
    return afterContext;
  }

  void remember(float[] logits) {
    afterContext = logits;
  }
}
