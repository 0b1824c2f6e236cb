package neox.inference.sampling;

import neox.base.UserException;

/// How the next token is chosen from its logits. The filters apply in this order: repetition
/// penalty, temperature, top-k, top-p, min-p.
///
/// @param temperature divides the logits; at 0 the likeliest token is taken, whatever the filters.
///   GPT-NeoX draws at temperature 1 where it is 0 and a filter is on.
/// @param topK keeps the k likeliest tokens and all that tie with the k-th; 0 keeps all (`top_k`)
/// @param topP keeps the likeliest tokens until their probability exceeds p, the one that crosses
///   it included; 0 and 1 keep all (`top_p`, arXiv:1904.09751)
/// @param minP keeps the tokens that are at least p times as likely as the likeliest; 0 keeps all
///   (arXiv:2407.01082)
/// @param repetitionPenalty makes tokens of the text, the prompt's included, less likely: divides
///   their positive logits and multiplies the negative ones; 1 leaves them (arXiv:1909.05858 §4.1)
public record Sampler(
    double temperature, int topK, double topP, double minP, double repetitionPenalty) {
  /// Below it, logits in float32 would overflow.
  private static final double LEAST_TEMPERATURE = 1e-6;

  public Sampler {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw UserException.of("temperature %s: expected a number from 0 on", temperature);
    }
    if (temperature > 0 && temperature < LEAST_TEMPERATURE) {
      throw UserException.of(
          "temperature %s: expected at least %s, or 0 for the likeliest token",
          temperature, LEAST_TEMPERATURE);
    }
    if (topK < 0) {
      throw UserException.of("top-k %d: expected a count from 0 (off) on", topK);
    }
    if (!(topP >= 0 && topP <= 1)) {
      throw UserException.of("top-p %s: expected a probability from 0 (off) to 1", topP);
    }
    if (!(minP >= 0 && minP <= 1)) {
      throw UserException.of("min-p %s: expected a share from 0 (off) to 1", minP);
    }
    if (!(repetitionPenalty > 0) || Double.isInfinite(repetitionPenalty)) {
      throw UserException.of(
          "repetition penalty %s: expected a number above 0; 1 is none", repetitionPenalty);
    }
  }

  /// The choices that GPT-NeoX knows.
  public Sampler(double temperature, int topK, double topP) {
    this(temperature, topK, topP, 0, 1);
  }

  /// Always the likeliest token.
  public static Sampler greedy() {
    return new Sampler(0, 0, 0);
  }

  public Sampler withMinP(double value) {
    return new Sampler(temperature, topK, topP, value, repetitionPenalty);
  }

  public Sampler withRepetitionPenalty(double value) {
    return new Sampler(temperature, topK, topP, minP, value);
  }

  /// Whether nothing is drawn.
  public boolean isGreedy() {
    return temperature == 0;
  }

  /// Whether tokens of the text become less likely, or likelier.
  public boolean mindsRepetition() {
    return repetitionPenalty != 1;
  }

  /// The logit of a token that is in the text already.
  float penalized(float logit) {
    float penalty = (float) repetitionPenalty;
    return logit < 0 ? logit * penalty : logit / penalty;
  }

  /// Applies temperature and filters to the logits `[V]`, in place; -∞ for what is left out.
  public void filter(float[] logits) {
    if (temperature > 0 && temperature != 1) {
      float divisor = (float) temperature;
      for (int i = 0; i < logits.length; i++) {
        logits[i] /= divisor;
      }
    }
    if (topK > 0 && topK < logits.length) {
      LogitFilters.keepFrom(Largest.kth(logits, topK), logits);
    }
    if (topP > 0 && topP < 1) {
      LogitFilters.keepNucleus(topP, logits);
    }
    if (minP > 0) {
      LogitFilters.keepFrom(LogitFilters.max(logits) + (float) Math.log(minP), logits);
    }
  }

  /// The next token for the logits `[V]`, which are filtered in place.
  ///
  /// @param uniform a random number from 0 to below 1; the token is a function of it
  public int next(float[] logits, double uniform) {
    if (isGreedy()) {
      return LogitFilters.likeliest(logits);
    }
    filter(logits);
    return LogitFilters.draw(logits, uniform);
  }
}
