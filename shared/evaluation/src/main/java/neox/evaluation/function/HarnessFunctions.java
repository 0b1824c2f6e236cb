package neox.evaluation.function;

import java.util.LinkedHashMap;
import java.util.Map;
import neox.evaluation.function.TaskFunction.OfDocument;
import neox.evaluation.function.TaskFunction.OfDocuments;
import neox.evaluation.function.TaskFunction.OfResults;
import neox.evaluation.function.TaskFunction.OfValues;

/// The helpers of the harness's own tasks, by the name under which it keeps them:
/// `folder/module.function`.
public final class HarnessFunctions {
  /// A new map of all.
  public static Map<String, TaskFunction> all() {
    Map<String, TaskFunction> all = new LinkedHashMap<>();
    all.put("hellaswag/utils.process_docs", OfDocuments.each(HellaSwag::process));
    all.put("wsc273/utils.process_doc", OfDocuments.each(WinogradSchemas::process));
    all.put("mutual/utils.process_docs", OfDocuments.each(Mutual::process));
    all.put("drop/utils.process_docs", OfDocuments.each(Drop::process));
    all.put("arithmetic/utils.process_docs", OfDocuments.each(ArithmeticQuestions::process));
    all.put("webqs/utils.process_docs", OfDocuments.each(WebQuestions::process));
    addPrompts(all);
    addScores(all);
    return all;
  }

  private static void addPrompts(Map<String, TaskFunction> all) {
    add(all, "winogrande/preprocess_winogrande.doc_to_text", Winogrande::text);
    add(all, "winogrande/preprocess_winogrande.doc_to_target", Winogrande::target);
    add(all, "winogrande/preprocess_winogrande.doc_to_choice", Winogrande::choices);
    add(all, "wsc/preprocess_wsc.default_doc_to_text", WinogradSchemas::text);
    add(all, "copa/utils.doc_to_text", Copa::text);
    add(all, "copa/utils.doc_to_target", Copa::target);
    add(all, "copa/utils.doc_to_choice", Copa::choices);
    add(all, "race/preprocess_race.doc_to_text", Race::text);
    add(all, "race/preprocess_race.doc_to_target", Race::target);
    add(all, "race/preprocess_race.doc_to_choice", Race::choices);
    add(all, "logiqa/utils_logiqa.doc_to_text", LogiQa::text);
    add(all, "logiqa/utils_logiqa.doc_to_target", LogiQa::target);
    add(all, "mathqa/utils.doc_to_choice", MathQa::choices);
    add(all, "pubmedqa/preprocess_pubmedqa.doc_to_text", PubMedQa::text);
    add(all, "webqs/utils.doc_to_target", WebQuestions::target);
    add(all, "webqs/utils.doc_to_choice", WebQuestions::choices);
    add(all, "wikitext/preprocess_wikitext.wikitext_detokenizer", WikiText::target);
    add(all, "coqa/utils.doc_to_text", Coqa::text);
    add(all, "coqa/utils.doc_to_target", Coqa::target);
  }

  private static void add(Map<String, TaskFunction> all, String name, OfDocument function) {
    all.put(name, function);
  }

  private static void addScores(Map<String, TaskFunction> all) {
    addScore(all, "wikitext/preprocess_wikitext.process_results", WikiText::score);
    addScore(all, "mutual/utils.process_results", Mutual::score);
    addScore(all, "coqa/utils.process_results", Coqa::score);
    addScore(all, "drop/utils.process_results", Drop::score);
    addScore(all, "truthfulqa/utils.process_results_mc2", TruthfulQa::score);
    addScore(all, "squadv2/task.process_results", SquadV2::score);
    for (String figure : SquadV2.FIGURES) {
      OfValues aggregation = values -> SquadV2.figure(figure, values);
      all.put("squadv2/task." + figure, aggregation);
    }
  }

  private static void addScore(Map<String, TaskFunction> all, String name, OfResults function) {
    all.put(name, function);
  }

  private HarnessFunctions() {}
}
