package neox.train.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import neox.base.UserException;
import neox.config.DecayStyle;

/// The learning-rate schedule as `train_state.json` holds it, under the names of NeoX's scheduler.
final class ScheduleState {
  static void write(LearningRateSchedule schedule, ObjectNode json) {
    json.put("decay_style", schedule.style().label())
        .put("start_lr", schedule.peak())
        .put("min_lr", schedule.minRate())
        .put("warmup_iter", schedule.warmupSteps())
        .put("end_iter", schedule.decaySteps());
    if (schedule.style() instanceof DecayStyle.Wsd(DecayStyle.WsdShape shape, long steps)) {
      json.put("wsd_decay_style", shape.label()).put("wsd_decay_iter", steps);
    }
  }

  static LearningRateSchedule read(StateFields fields) {
    return new LearningRateSchedule(
        style(fields),
        fields.real("start_lr"),
        fields.real("min_lr"),
        fields.real("warmup_iter"),
        fields.count("end_iter"));
  }

  private static DecayStyle style(StateFields fields) {
    String label = fields.text("decay_style");
    if (label.equals(DecayStyle.Wsd.LABEL)) {
      return new DecayStyle.Wsd(
          constant(DecayStyle.WsdShape.class, "wsd_decay_style", fields),
          fields.count("wsd_decay_iter"));
    }
    return constant(DecayStyle.Whole.class, "decay_style", fields);
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String name, StateFields fields) {
    String label = fields.text(name);
    try {
      return Enum.valueOf(type, label.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "%s: unknown %s \"%s\"; another version of this program wrote it"
              .formatted(fields.file(), name, label),
          e);
    }
  }

  private ScheduleState() {}
}
