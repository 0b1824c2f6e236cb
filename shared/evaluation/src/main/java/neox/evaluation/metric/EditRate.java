package neox.evaluation.metric;

import java.util.List;
import neox.python.PythonCase;
import neox.python.PythonText;
import neox.template.value.Value;

/// Translation edit rate (Snover et al. 2006) of a corpus, as sacreBLEU has it: how many words must
/// be changed, and how many runs of words moved, per word of the reference. The search for moves is
/// that of Tercom, with its limits.
final class EditRate {
  static Statistic over(String aggregation, List<Value> values) {
    List<double[]> counts =
        Translation.of(aggregation, values).stream().map(EditRate::count).toList();
    return drawn -> {
      double edits = 0;
      double words = 0;
      for (int i : drawn) {
        edits += counts.get(i)[0];
        words += counts.get(i)[1];
      }
      double ofNoWords = edits > 0 ? 100 : 0;
      return words > 0 ? 100 * (edits / words) : ofNoWords;
    };
  }

  /// The fewest edits to any of the references, and their mean length.
  private static double[] count(Translation translation) {
    List<String> written = words(translation.written());
    int fewest = Integer.MAX_VALUE;
    double length = 0;
    for (String text : translation.references()) {
      List<String> reference = words(text);
      length += reference.size();
      fewest = Math.min(fewest, edits(written, reference));
    }
    return new double[] {fewest, length / translation.references().size()};
  }

  private static List<String> words(String text) {
    return PythonText.split(PythonCase.lower(text), -1);
  }

  private static int edits(List<String> written, List<String> reference) {
    if (reference.isEmpty()) {
      return written.size();
    }
    List<String> words = written;
    int moves = 0;
    int tried = 0;
    while (true) {
      MoveSearch search = new MoveSearch(words, reference, tried);
      tried = search.tried();
      if (tried >= MoveSearch.MOST_TRIED || search.gain() <= 0) {
        return moves + new EditTable(words, reference).cost();
      }
      words = search.moved();
      moves++;
    }
  }

  private EditRate() {}
}
