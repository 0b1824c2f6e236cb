package neox.inference;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import neox.inference.Generation.End;
import neox.inference.GenerationSink.Flow;
import neox.inference.sampling.TokenSampler;
import neox.inference.sampling.TokenSampler.Chosen;
import neox.inference.text.StopTokens;
import neox.tokenizer.TokenBuffer;

/// One sample on its way. Mutable.
final class Continuation {
  private final OngoingRequest ongoing;
  private final int sample;
  private final TokenSampler sampler;
  private final TokenBuffer written = new TokenBuffer();

  /// Those written last, which may be the beginning of a stop sequence.
  private final Deque<GeneratedToken> held = new ArrayDeque<>();

  private Optional<End> end = Optional.empty();

  Continuation(OngoingRequest ongoing, int sample, TokenSampler sampler) {
    this.ongoing = ongoing;
    this.sample = sample;
    this.sampler = sampler;
  }

  OngoingRequest ongoing() {
    return ongoing;
  }

  /// Whether the likeliest token is all that it needs of the logits.
  boolean takesLikeliest() {
    return sampler.takesLikeliest() && !ongoing.request().details().logits();
  }

  boolean isFinished() {
    return end.isPresent();
  }

  /// What the decoder must read next.
  int last() {
    return written.get(written.size() - 1);
  }

  /// Adds the likeliest token.
  void addLikeliest(int token, GenerationSink sink) {
    add(sampler.take(token), Optional.empty(), sink);
  }

  /// Adds a token that is chosen by the logits `[V]`.
  void addNext(float[] logits, GenerationSink sink) {
    boolean told = ongoing.request().details().logits();
    add(sampler.next(logits), told ? Optional.of(logits) : Optional.empty(), sink);
  }

  private void add(Chosen chosen, Optional<float[]> logits, GenerationSink sink) {
    StopTokens stop = ongoing.request().stop();
    written.add(chosen.token());
    held.add(
        new GeneratedToken(ongoing.number(), sample, chosen.token(), chosen.logprobs(), logits));
    int ending = stop.complete(written.array(), written.size());
    if (stop.isEnd(chosen.token())) {
      end(End.END_TOKEN, 1, sink);
    } else if (ending > 0) {
      end(End.STOP_SEQUENCE, ending, sink);
    } else if (written.size() == ongoing.room()) {
      end(ongoing.endOfRoom(), 0, sink);
    } else {
      tell(stop.begun(written.array(), written.size()), sink);
    }
  }

  /// @param dropped tokens that have ended it
  private void end(End reason, int dropped, GenerationSink sink) {
    for (int i = 0; i < dropped; i++) {
      held.removeLast();
    }
    written.truncate(written.size() - dropped);
    end = Optional.of(reason);
    tell(0, sink);
  }

  /// Tells all tokens but the last ones, which are held back.
  private void tell(int heldBack, GenerationSink sink) {
    while (held.size() > heldBack) {
      if (sink.token(held.removeFirst()) == Flow.STOP) {
        end = Optional.of(End.READER);
        written.truncate(written.size() - held.size());
        held.clear();
      }
    }
  }

  /// Tells that it is finished.
  void finish(GenerationSink sink) {
    sink.finished(ongoing.number(), sample, new Generation(written.toArray(), end.orElseThrow()));
  }
}
