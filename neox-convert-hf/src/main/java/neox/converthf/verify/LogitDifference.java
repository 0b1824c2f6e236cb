package neox.converthf.verify;

import java.util.Locale;

/// How far two models are from each other on one text.
///
/// @param largest difference of two logits; NaN when there is a NaN
/// @param bound what rounding explains
/// @param position after which token of the text the largest is
/// @param token whose logit it is
/// @param positions tokens of the text
/// @param alike after how many of them both find the same next token likeliest
public record LogitDifference(
    double largest, double bound, int position, int token, int positions, int alike) {
  /// Whether both are the same model.
  public boolean isWithinBound() {
    return largest <= bound;
  }

  /// The numbers in words.
  public String description() {
    String numbers =
        String.format(
            Locale.ROOT,
            "largest difference of logits %.2g (position %d, token %d; bound %.2g), the same"
                + " likeliest token after %d of %d",
            largest,
            position,
            token,
            bound,
            alike,
            positions);
    return numbers;
  }
}
