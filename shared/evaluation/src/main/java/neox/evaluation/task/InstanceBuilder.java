package neox.evaluation.task;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.evaluation.request.Request;
import neox.python.PythonRandom;

/// Turns the documents of a task into instances.
///
/// @param seed of each task's generator for few-shot examples
/// @param limit how many documents: a count from 1 on, a share of all below 1; empty for all
public record InstanceBuilder(Documents documents, long seed, Optional<Double> limit) {

  /// A task's instances.
  ///
  /// @param total documents in the split, before the limit
  /// @param shots examples before each question
  public record Instances(Task task, List<Instance> list, int total, int shots) {}

  public Instances build(Task task, Optional<Integer> requestedShots) throws IOException {
    List<Document> all = read(task, task.data().evaluated());
    int shots = task.fewShot().shots(requestedShots);
    List<Document> pool = shots == 0 ? List.of() : examples(task, all);
    boolean choicesAreContexts =
        task.prompt().question().apply(all.getFirst()) instanceof Question.Choice;
    boolean manyTargets = task.prompt().target().apply(all.getFirst()) instanceof Target.Several;
    FewShotSampler sampler = new FewShotSampler(task, pool, new PythonRandom(seed));
    ContextBuilder contexts = new ContextBuilder(task, sampler, shots, choicesAreContexts);
    List<Instance> instances = new ArrayList<>();
    for (Document document : all.subList(0, count(all.size()))) {
      Prompt prompt = task.prompt();
      Target target = prompt.target().apply(document);
      List<String> choices = prompt.choicesOf(document);
      List<Request> requests = requests(task, document, target, choices, contexts);
      instances.add(
          new Instance(
              instances.size(),
              document,
              prompt.question().apply(document),
              target,
              choices,
              manyTargets,
              requests));
    }
    return new Instances(task, instances, all.size(), shots);
  }

  private List<Document> read(Task task, String split) throws IOException {
    List<Document> processed = task.process().apply(documents.read(task, split));
    if (processed.isEmpty()) {
      throw UserException.of("task %s leaves no document of the split '%s'", task.name(), split);
    }
    return processed;
  }

  private List<Document> examples(Task task, List<Document> evaluated) throws IOException {
    String split = task.fewShot().split().orElseGet(task.data()::examples);
    return split.equals(task.data().evaluated()) ? evaluated : read(task, split);
  }

  private int count(int total) {
    if (limit.isEmpty()) {
      return total;
    }
    double asked = limit.get() < 1 ? Math.ceil(total * limit.get()) : limit.get();
    return (int) Math.min(total, asked);
  }

  private static List<Request> requests(
      Task task, Document document, Target target, List<String> choices, ContextBuilder contexts) {
    List<String> before = contexts.contexts(document);
    String delimiter = task.prompt().targetDelimiter();
    return switch (task.outputType()) {
      case LOGLIKELIHOOD ->
          List.of(new Request.LogLikelihood(before.getFirst(), text(target, document)));
      case LOGLIKELIHOOD_ROLLING ->
          List.of(new Request.RollingLogLikelihood(text(target, document)));
      case GENERATE_UNTIL -> List.of(new Request.Generate(before.getFirst(), task.generation()));
      case MULTIPLE_CHOICE -> {
        List<Request> list = new ArrayList<>();
        for (int i = 0; i < choices.size(); i++) {
          list.add(
              contexts.choicesAreContexts()
                  ? new Request.LogLikelihood(before.get(i), delimiter + text(target, document))
                  : new Request.LogLikelihood(before.getFirst(), delimiter + choices.get(i)));
        }
        yield list;
      }
    };
  }

  private static String text(Target target, Document document) {
    if (target instanceof Target.Text(String text)) {
      return text;
    }
    throw UserException.of(
        "%s: the target must be a text to be scored, found %s", document.where(), target.json());
  }
}
