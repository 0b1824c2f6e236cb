package neox.inference.ranks;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import neox.inference.GeneratedToken;
import neox.inference.Generation;
import neox.inference.GenerationRequest;
import neox.inference.GenerationSink;
import neox.inference.RequestSource;
import neox.inference.ranks.Call.GivenUp;
import neox.inference.ranks.Call.Text;
import neox.parallel.comm.Communicator;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/// Where the texts of one generation come from and where their tokens go, on ranks that generate
/// together: the first rank's source and sink, which it speaks for at the points where all ask.
///
/// What fails in them is told at the next such point, so that all give up together.
sealed interface Lockstep extends RequestSource, GenerationSink {
  int FIRST = 0;

  /// The first rank has given up.
  final class GivenUpException extends RuntimeException {}

  /// The first rank's end.
  final class Leading implements Lockstep {
    private final Communicator world;
    private final Runnable progress;
    private final RequestSource source;
    private final GenerationSink sink;
    private @Nullable RuntimeException problem;

    Leading(Communicator world, Runnable progress, RequestSource source, GenerationSink sink) {
      this.world = world;
      this.progress = progress;
      this.source = source;
      this.sink = sink;
    }

    @Override
    public Optional<GenerationRequest> next(Patience patience) {
      Optional<GenerationRequest> next = attempt(() -> source.next(patience)).flatMap(x -> x);
      RuntimeException failed = problem;
      world.broadcast(CallBytes.of(failed == null ? new Text(next) : new GivenUp()), FIRST);
      throwProblem();
      return next;
    }

    @Override
    public Flow token(GeneratedToken token) {
      progress.run();
      Flow flow = attempt(() -> sink.token(token)).orElse(Flow.STOP);
      Word.tell(problem == null ? Word.of(flow) : Word.GIVE_UP, world);
      throwProblem();
      return flow;
    }

    @Override
    public void finished(int request, int sample, Generation generation) {
      attempt(() -> {
        sink.finished(request, sample, generation);
        return generation;
      });
    }

    /// After the last text: what has failed since the others were told anything.
    void end() {
      throwProblem();
    }

    /// Nothing more is asked of source or sink once one of them has failed.
    private <T> Optional<T> attempt(Supplier<T> body) {
      if (problem != null) {
        return Optional.empty();
      }
      try {
        return Optional.of(body.get());
      } catch (RuntimeException e) {
        problem = e;
        return Optional.empty();
      }
    }

    private void throwProblem() {
      if (problem != null) {
        throw problem;
      }
    }
  }

  /// That of the others.
  record Following(Communicator world, Runnable progress) implements Lockstep {
    @Override
    public Optional<GenerationRequest> next(Patience patience) {
      return switch (CallBytes.read(world.broadcast(new byte[0], FIRST))) {
        case Text(Optional<GenerationRequest> request) -> request;
        case GivenUp _ -> throw new GivenUpException();
        case Call other -> throw new IllegalStateException("a text was due, not " + other);
      };
    }

    @Override
    public Flow token(GeneratedToken token) {
      progress.run();
      return switch (Word.heard(world)) {
        case CONTINUE -> Flow.CONTINUE;
        case STOP -> Flow.STOP;
        case GIVE_UP -> throw new GivenUpException();
      };
    }

    @Override
    public void finished(int request, int sample, Generation generation) {}
  }

  /// What is said after a token.
  enum Word {
    CONTINUE(0),
    STOP(1),
    GIVE_UP(2);

    private final long code;

    Word(long code) {
      this.code = code;
    }

    private static final Placement NUMBERS = Placement.cpu(ScalarType.Long);

    static Word of(Flow flow) {
      return switch (flow) {
        case CONTINUE -> CONTINUE;
        case STOP -> STOP;
      };
    }

    static void tell(Word word, Communicator world) {
      try (var _ = Scope.open()) {
        world.broadcast(NUMBERS.indices(word.code), FIRST);
      }
    }

    static Word heard(Communicator world) {
      try (var _ = Scope.open()) {
        Tensor said = NUMBERS.indices(0);
        world.broadcast(said, FIRST);
        long code = TensorData.longs(said)[0];
        return Arrays.stream(values()).filter(word -> word.code == code).findFirst().orElseThrow();
      }
    }
  }
}
