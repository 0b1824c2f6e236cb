package neox.inference.ranks;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.inference.BatchSize;
import neox.inference.Decoding;
import neox.inference.GenerationRequest;
import neox.inference.ScoreRequest;
import neox.inference.ranks.Call.End;
import neox.inference.ranks.Call.Generating;
import neox.inference.ranks.Call.GivenUp;
import neox.inference.ranks.Call.Scoring;
import neox.inference.ranks.Call.Text;
import neox.inference.sampling.Sampler;
import neox.inference.sampling.TokenDetails;
import neox.inference.text.StopTokens;

/// Calls as bytes.
final class CallBytes {
  private static final int AUTO = 0; // batch size
  private static final int NONE = -1; // alternatives

  /// What a call begins with.
  private enum Kind {
    SCORING,
    GENERATING,
    TEXT,
    NO_TEXT,
    GIVEN_UP,
    END
  }

  static byte[] of(Call call) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(call, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory has none
    }
    return bytes.toByteArray();
  }

  static Call read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return switch (Kind.valueOf(in.readUTF())) {
        case SCORING -> scoring(in);
        case GENERATING -> generating(in);
        case TEXT -> new Text(Optional.of(request(in)));
        case NO_TEXT -> new Text(Optional.empty());
        case GIVEN_UP -> new GivenUp();
        case END -> new End();
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Call call, DataOutputStream out) throws IOException {
    switch (call) {
      case Scoring scoring -> {
        out.writeUTF(Kind.SCORING.name());
        write(scoring, out);
      }
      case Generating generating -> {
        out.writeUTF(Kind.GENERATING.name());
        write(generating, out);
      }
      case Text(Optional<GenerationRequest> request) -> {
        out.writeUTF((request.isPresent() ? Kind.TEXT : Kind.NO_TEXT).name());
        if (request.isPresent()) {
          write(request.get(), out);
        }
      }
      case GivenUp _ -> out.writeUTF(Kind.GIVEN_UP.name());
      case End _ -> out.writeUTF(Kind.END.name());
    }
  }

  private static void write(Scoring call, DataOutputStream out) throws IOException {
    out.writeInt(call.batch().orElse(AUTO));
    out.writeInt(call.requests().size());
    for (ScoreRequest request : call.requests()) {
      write(request.input(), out);
      write(request.targets(), out);
    }
  }

  private static Scoring scoring(DataInputStream in) throws IOException {
    int batch = in.readInt();
    List<ScoreRequest> requests = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      requests.add(new ScoreRequest(ids(in), ids(in)));
    }
    return new Scoring(requests, batch == AUTO ? BatchSize.auto() : BatchSize.of(batch));
  }

  private static void write(Generating call, DataOutputStream out) throws IOException {
    byte[] eligible = call.eligible().toByteArray();
    out.writeInt(eligible.length);
    out.write(eligible);
    out.writeInt(call.maxLength());
    out.writeInt(call.batchSize());
    out.writeInt(call.tokensPerPass());
    out.writeUTF(call.memory().name());
  }

  private static Generating generating(DataInputStream in) throws IOException {
    BitSet eligible = BitSet.valueOf(in.readNBytes(in.readInt()));
    return new Generating(
        eligible, in.readInt(), in.readInt(), in.readInt(), Decoding.Memory.valueOf(in.readUTF()));
  }

  private static void write(GenerationRequest request, DataOutputStream out) throws IOException {
    write(request.context(), out);
    out.writeInt(request.maximumTokens());
    out.writeInt(request.samples());
    write(request.sampler(), out);
    out.writeLong(request.seed());
    write(request.stop().ends(), out);
    out.writeInt(request.stop().sequences().size());
    for (int[] sequence : request.stop().sequences()) {
      write(sequence, out);
    }
    out.writeInt(request.details().alternatives().orElse(NONE));
    out.writeBoolean(request.details().logits());
  }

  private static GenerationRequest request(DataInputStream in) throws IOException {
    return new GenerationRequest(
        ids(in), in.readInt(), in.readInt(), sampler(in), in.readLong(), stop(in), details(in));
  }

  private static void write(Sampler sampler, DataOutputStream out) throws IOException {
    out.writeDouble(sampler.temperature());
    out.writeInt(sampler.topK());
    out.writeDouble(sampler.topP());
    out.writeDouble(sampler.minP());
    out.writeDouble(sampler.repetitionPenalty());
  }

  private static Sampler sampler(DataInputStream in) throws IOException {
    return new Sampler(
        in.readDouble(), in.readInt(), in.readDouble(), in.readDouble(), in.readDouble());
  }

  private static StopTokens stop(DataInputStream in) throws IOException {
    int[] ends = ids(in);
    List<int[]> sequences = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      sequences.add(ids(in));
    }
    return new StopTokens(ends, sequences);
  }

  private static TokenDetails details(DataInputStream in) throws IOException {
    int alternatives = in.readInt();
    return new TokenDetails(
        alternatives == NONE ? OptionalInt.empty() : OptionalInt.of(alternatives),
        in.readBoolean());
  }

  private static void write(int[] ids, DataOutputStream out) throws IOException {
    out.writeInt(ids.length);
    for (int id : ids) {
      out.writeInt(id);
    }
  }

  private static int[] ids(DataInputStream in) throws IOException {
    int[] ids = new int[in.readInt()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = in.readInt();
    }
    return ids;
  }

  private CallBytes() {}
}
