package neox.tensor.kernel;

import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;

/// Attention of new tokens over what is remembered of their texts, in main memory, without a
/// gradient: softmax(q kᵀ · scale + bias) v with queries and keys that are turned on the way.
///
/// Each token is computed by itself, in float32, over its keys from the first to the last: its
/// result is the same bits however many tokens are read with it.
///
/// Shapes: b texts, s new tokens, n heads, d head dim, t places; g heads of values, and as many of
/// keys, or a multiple (where keys were normed, and each query has its own).
///
/// @param keys what is remembered, `[b, g, t, d]` with a place for each new token
/// @param values likewise
/// @param places of the new tokens, `b·s`
/// @param window keys before its own that a token sees; empty: all
/// @param bias added to the scores, broadcastable to `[b, n, s, t]`
@SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
public record RowAttention(
    Tensor keys,
    Tensor values,
    long[] places,
    OptionalInt window,
    Optional<Tensor> bias,
    double scale) {
  /// Numbers of keys of which two threads are faster than one.
  private static final long SHARED = 1 << 14;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  /// Dims i and i + r/2 of the first r of a head turn together.
  ///
  /// @param cos `[positions, r]`
  /// @param sin the same
  /// @param positions of the new tokens, `b·s`
  @SuppressWarnings("ArrayRecordComponent") // likewise
  public record Turning(Tensor cos, Tensor sin, long[] positions) {}

  private static final class Scratch {
    final Room query = new Room();
    final Room key = new Room();
    final Room cos = new Room();
    final Room sin = new Room();
    final Room scores = new Room();
    final Room mixed = new Room();
    final float[] sums = Dots.sums();
  }

  /// Remembers keys and values, and attends.
  ///
  /// @param q `[b, n, s, d]`
  /// @param k `[b, g, s, d]`
  /// @param v likewise
  /// @return `[b, s, n·d]`
  public Tensor of(Tensor q, Tensor k, Tensor v, Optional<Turning> turning) {
    int b = Math.toIntExact(q.size(0));
    int n = Math.toIntExact(q.size(1));
    int s = Math.toIntExact(q.size(2));
    int d = Math.toIntExact(q.size(3));
    int g = Math.toIntExact(v.size(1));
    Tensor mixed = q.new_empty(b, s, (long) n * d);
    Work work =
        new Work(
            Heads.of(q),
            Heads.of(k),
            Heads.of(v),
            Heads.of(keys),
            Heads.of(values),
            bias.map(Heads::of),
            Numbers.of(mixed),
            turning.map(Turn::of),
            places,
            window.orElse(Integer.MAX_VALUE),
            (float) scale,
            n,
            g,
            Math.toIntExact(k.size(1)),
            s,
            d);
    long most = 0;
    for (long place : places) {
      most = Math.max(most, place);
    }
    if (b * (long) g == 1 || b * (long) n * s * d * most < SHARED) {
      for (int i = 0; i < b * g; i++) {
        work.group(i / g, i % g);
      }
    } else {
      Workers.run(b * g, i -> work.group(i / g, i % g));
    }
    return mixed;
  }

  /// A tensor `[b, heads, s, d]` in memory; a size of 1 stands for any.
  private record Heads(Numbers numbers, long text, long head, long token, long column) {
    static Heads of(Tensor x) {
      long dims = x.dim();
      return new Heads(
          Numbers.of(x),
          stride(x, dims - 4),
          stride(x, dims - 3),
          stride(x, dims - 2),
          stride(x, dims - 1));
    }

    private static long stride(Tensor x, long dim) {
      return dim < 0 || x.size(dim) == 1 ? 0 : x.stride(dim);
    }

    Numbers at(long b, long h, long t) {
      return numbers.from(b * text + h * head + t * token);
    }
  }

  /// A [Turning] in memory.
  @SuppressWarnings("ArrayRecordComponent") // likewise
  private record Turn(Numbers cos, Numbers sin, int dims, long[] positions) {
    static Turn of(Turning turning) {
      return new Turn(
          Numbers.of(turning.cos),
          Numbers.of(turning.sin),
          Math.toIntExact(turning.cos.size(1)),
          turning.positions);
    }
  }

  /// One call.
  @SuppressWarnings("ArrayRecordComponent") // likewise
  private record Work(
      Heads q,
      Heads k,
      Heads v,
      Heads keys,
      Heads values,
      Optional<Heads> bias,
      Numbers mixed,
      Optional<Turn> turn,
      long[] places,
      int window,
      float scale,
      int n,
      int g,
      int keyHeads,
      int s,
      int d) {

    /// All queries of a text that share a head of values.
    void group(int text, int head) {
      Scratch scratch = SCRATCH.get();
      int ownKeys = keyHeads / g;
      int ownQueries = n / g;
      for (int token = 0; token < s; token++) {
        int row = text * s + token;
        for (int i = head * ownKeys; i < (head + 1) * ownKeys; i++) {
          long wide = scratch.key.floats(d);
          turned(k.at(text, i, token), row, wide, scratch);
          store(wide, keys.at(text, i, places[row]));
        }
        copy(v.at(text, head, token), values.at(text, head, places[row]));
      }
      for (int token = 0; token < s; token++) {
        for (int i = head * ownQueries; i < (head + 1) * ownQueries; i++) {
          query(text, head, i, token, scratch);
        }
      }
    }

    /// Writes a query or key, turned, in float32.
    private void turned(Numbers x, int row, long target, Scratch scratch) {
      for (int i = 0; i < d; i++) {
        Memory.setFloat32(target, i, Memory.get(x.format(), x.address(), i));
      }
      if (turn.isEmpty()) {
        return;
      }
      Turn by = turn.get();
      int r = by.dims;
      long first = by.positions[row] * r;
      long cos = by.cos.from(first).wide(r, scratch.cos);
      long sin = by.sin.from(first).wide(r, scratch.sin);
      int half = r / 2;
      for (int i = 0; i < half; i++) {
        float a = Memory.float32(target, i);
        float b = Memory.float32(target, i + half);
        Memory.setFloat32(target, i, a * Memory.float32(cos, i) - b * Memory.float32(sin, i));
        Memory.setFloat32(
            target,
            i + half,
            b * Memory.float32(cos, i + half) + a * Memory.float32(sin, i + half));
      }
    }

    private void store(long wide, Numbers target) {
      if (target.format() == NumberFormat.FLOAT32) {
        Memory.copyFloats(wide, 0, d, target.address());
      } else {
        target.store(d, wide);
      }
    }

    private void copy(Numbers from, Numbers to) {
      long bytes = (long) d * from.format().bytes();
      Memory.copy(from.address(), to.address(), bytes);
    }

    private void query(int text, int head, int queryHead, int token, Scratch scratch) {
      int place = Math.toIntExact(places[text * s + token]);
      int from = Math.max(0, place - window);
      int count = place + 1 - from;
      long query = scratch.query.floats(d);
      turned(q.at(text, queryHead, token), text * s + token, query, scratch);
      long scores = scratch.scores.floats(count + Dots.ROWS);
      int keyHead = queryHead * keyHeads / n;
      scores(query, keys.at(text, keyHead, from), count, scores, scratch.sums);
      addBias(text, queryHead, token, from, count, scores);
      float total = AttentionLoops.softmax(scores, count, scratch.sums);
      Numbers target = mixed.from(((long) text * s + token) * n * d + (long) queryHead * d);
      long to = target.target(d, scratch.mixed);
      AttentionLoops.mix(
          scores, count, values.at(text, head, from), values.token, d, 1 / total, to);
      target.store(d, to);
    }

    private void scores(long query, Numbers first, int count, long scores, float[] sums) {
      long bytes = keys.token * first.format().bytes();
      for (int i = 0; i < count; i += Dots.ROWS) {
        long a = first.address() + i * bytes;
        long b = first.address() + Math.min(i + 1, count - 1) * bytes;
        long c = first.address() + Math.min(i + 2, count - 1) * bytes;
        long e = first.address() + Math.min(i + 3, count - 1) * bytes;
        Dots.one(new Dots.Rows(first.format(), a, b, c, e), query, d, sums);
        for (int key = 0; key < Dots.ROWS; key++) {
          Memory.setFloat32(scores, i + key, sums[key * Lanes.FOUR] * scale);
        }
      }
    }

    private void addBias(int text, int head, int token, int from, int count, long scores) {
      if (bias.isEmpty()) {
        return;
      }
      Numbers added = bias.get().at(text, head, token);
      for (int i = 0; i < count; i++) {
        long column = (from + i) * bias.get().column;
        float value = Memory.get(added.format(), added.address(), column);
        Memory.setFloat32(scores, i, Memory.float32(scores, i) + value);
      }
    }
  }
}
