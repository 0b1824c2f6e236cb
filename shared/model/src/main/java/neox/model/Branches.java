package neox.model;

import java.util.List;
import neox.model.position.Places;
import neox.tensor.Placement;

/// The one row of a pass as branches of a tree of texts in depth-first order: each token sees what
/// is on the path before its branch, and its branch up to itself. Tokens after the last branch are
/// padding: they see nothing, nor does anything see them.
public record Branches(TextPath path, List<Branch> each) {
  public Branches {
    each = List.copyOf(each);
  }

  /// Where the tokens stand in their texts, `[1, tokens]`; padding stands at the beginning.
  ///
  /// @param promptTokens of the soft prompt that is on the path before every text
  public Places text(Placement placement, int tokens, int promptTokens) {
    int[][] places = new int[1][tokens];
    int at = 0;
    int end = 1;
    for (Branch branch : each) {
      for (int i = 0; i < branch.length(); i++) {
        places[0][at++] = branch.start() - promptTokens + i;
      }
      end = Math.max(end, branch.end() - promptTokens);
    }
    return new Places.Each(placement.ids(places), end);
  }
}
