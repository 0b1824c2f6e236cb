package neox.evaluation.function;

/// A place in a task file where a function may stand.
///
/// @param type what the function is in Java
/// @param advice what to write instead of one that is not here
public record FunctionRole<T extends TaskFunction>(Class<T> type, String advice) {
  public static final FunctionRole<TaskFunction.OfDocuments> DOCUMENTS =
      new FunctionRole<>(
          TaskFunction.OfDocuments.class,
          "leave it out and write what it adds into the templates, or into the data set itself");
  public static final FunctionRole<TaskFunction.OfDocument> DOCUMENT =
      new FunctionRole<>(
          TaskFunction.OfDocument.class, "write a template, such as \"{{question}}\"");
  public static final FunctionRole<TaskFunction.OfResults> RESULTS =
      new FunctionRole<>(
          TaskFunction.OfResults.class,
          "leave it out and name metrics such as acc or exact_match in metric_list");
  public static final FunctionRole<TaskFunction.OfAnswers> ANSWERS =
      new FunctionRole<>(TaskFunction.OfAnswers.class, "name a metric such as exact_match");
  public static final FunctionRole<TaskFunction.OfValues> VALUES =
      new FunctionRole<>(TaskFunction.OfValues.class, "name an aggregation such as mean");
  public static final FunctionRole<TaskFunction.OfResponses> RESPONSES =
      new FunctionRole<>(TaskFunction.OfResponses.class, "name filters such as regex, take_first");
  public static final FunctionRole<TaskFunction.OfNothing> SAMPLES =
      new FunctionRole<>(TaskFunction.OfNothing.class, "write the examples as a list");
}
