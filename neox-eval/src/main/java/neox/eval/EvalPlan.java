package neox.eval;

import java.util.List;
import java.util.Optional;
import neox.evaluation.report.Group;
import neox.evaluation.report.RunDescription.Settings;
import neox.evaluation.task.DocumentChoice;
import neox.evaluation.task.PromptStyle;
import neox.evaluation.task.Task;

/// What is to be done.
///
/// @param groups that the tasks are reported in
/// @param documents which of each task
/// @param style of all prompts
/// @param settings what changes tasks that generate text is already part of `tasks`
/// @param maxLength longest input in tokens; empty for the model's
record EvalPlan(
    ModelLocation location,
    List<Task> tasks,
    List<Group> groups,
    DocumentChoice documents,
    PromptStyle style,
    Settings settings,
    Optional<Integer> maxLength) {}
