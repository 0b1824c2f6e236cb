package neox.evaluation.function;

import java.util.List;
import java.util.function.UnaryOperator;
import neox.template.value.Dict;
import neox.template.value.Value;

/// What a task file names with `!function`, written in Java: one case for each place of a task file
/// that may hold a function.
///
/// A function sees the values that the Python function sees, and changes none of them. What it
/// cannot make sense of is a [neox.template.value.Fault]; who calls it adds which task and which
/// document.
public sealed interface TaskFunction {

  /// `process_docs`: the documents of one split as all other parts of the task see them.
  @FunctionalInterface
  non-sealed interface OfDocuments extends TaskFunction {
    List<Dict> apply(List<Dict> documents);

    /// Changes each document by itself.
    static OfDocuments each(UnaryOperator<Dict> change) {
      return new EachDocument(change);
    }
  }

  /// A function of documents that neither adds nor drops any.
  record EachDocument(UnaryOperator<Dict> change) implements OfDocuments {
    @Override
    public List<Dict> apply(List<Dict> documents) {
      return documents.stream().map(change).toList();
    }
  }

  /// `doc_to_text`, `doc_to_target`, `doc_to_choice`: a part of the prompt of one document.
  @FunctionalInterface
  non-sealed interface OfDocument extends TaskFunction {
    Value apply(Dict document);
  }

  /// `process_results`: the values of one document, by metric, in the order of the report.
  @FunctionalInterface
  non-sealed interface OfResults extends TaskFunction {
    /// What the document is worth.
    ///
    /// @param results one per request, as the filters leave it: a text that was generated, the
    ///   log-likelihood of a whole text, or the tuple (log-likelihood, greedy?) of a continuation
    Dict apply(Dict document, List<Value> results);
  }

  /// `metric` of `metric_list`: compares what was generated with what is right.
  @FunctionalInterface
  non-sealed interface OfAnswers extends TaskFunction {
    /// A number, or a dictionary with a number for each of several metrics.
    ///
    /// @param keywords what the entry of the list says beside `metric`, `aggregation` and
    ///   `higher_is_better`
    Value apply(List<Value> references, List<Value> predictions, Dict keywords);
  }

  /// `aggregation` of `metric_list`: one number for the values of all documents.
  @FunctionalInterface
  non-sealed interface OfValues extends TaskFunction {
    double apply(List<Value> values);
  }

  /// `function` of a filter, or `filter_fn` of the filter `custom`.
  @FunctionalInterface
  non-sealed interface OfResponses extends TaskFunction {
    /// The responses to each request, changed.
    ///
    /// @param responses per request, one per repetition
    /// @param documents that of each request
    /// @param keywords what the filter says beside its function
    List<Value> apply(List<Value> responses, List<Dict> documents, Dict keywords);
  }

  /// `samples` of `fewshot_config`: the examples to choose from.
  @FunctionalInterface
  non-sealed interface OfNothing extends TaskFunction {
    List<Dict> get();
  }
}
