package neox.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.evaluation.report.RunDescription.Seeds;
import neox.evaluation.task.PromptStyle;
import neox.evaluation.task.Task;

/// What is to be done.
///
/// @param style of all prompts
/// @param data directory of the data sets
/// @param shots examples before each question; empty for each task's own number
/// @param limit documents per task: a count from 1 on, a share below 1; empty for all
/// @param maxLength longest input in tokens; empty for the model's
/// @param cache directory of answers that are kept
/// @param generation changed options of tasks that generate text, already part of `tasks`
record EvalPlan(
    ModelLocation location,
    List<Task> tasks,
    PromptStyle style,
    Path data,
    Optional<Integer> shots,
    Optional<Double> limit,
    int batchSize,
    Optional<Integer> maxLength,
    Optional<Path> cache,
    ObjectNode generation,
    Seeds seeds,
    int bootstrapIterations) {}
