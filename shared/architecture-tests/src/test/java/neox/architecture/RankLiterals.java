package neox.architecture;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Numbers that stand for a rank, a stage or a size where only one rank was thought of. Class files
/// do not tell them from other numbers, so sources are read.
final class RankLiterals {
  /// What is counted in ranks.
  private static final String COUNTED = "(?:rank|worldSize|stages?|tensorRanks?|replicas)";

  private static final List<Pattern> FORMS =
      List.of(
          // ranks.tensor().rank() == 0, pipe.size() > 1, stage == 0
          Pattern.compile(COUNTED + "(?:\\(\\))?\\s*(?:==|!=|<=|>=|<|>)\\s*[01]\\b"),
          Pattern.compile(
              "\\b(?:world|pipe|data|tensor|group|replicas|tp|tensorParallel)(?:\\(\\))?\\.size\\(\\)"
                  + "\\s*(?:==|!=|<=|>=|<|>)\\s*[01]\\b"),
          // new Topology(1, 1, 1), oneForwardOneBackward(0, 1, n), StageRunner.of(stage, link, 0,
          // 1)
          Pattern.compile("new (?:Topology|Coordinates)\\(\\s*[01]\\s*,"),
          Pattern.compile("(?:oneForwardOneBackward|forwardOnly)\\(\\s*[01]\\s*,"),
          Pattern.compile("(?:StageRunner\\.of|new BatchSource)\\([^;]*,\\s*0\\s*,\\s*1\\s*\\)"));

  /// The literals in a source text.
  static Stream<String> in(String source) {
    return FORMS.stream()
        .flatMap(form -> form.matcher(source).results())
        .map(MatchResult::group)
        .map(text -> text.replaceAll("\\s+", " "));
  }

  private RankLiterals() {}
}
