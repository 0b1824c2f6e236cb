package neox.converthf.fromhf;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.config.Precision;

/// What a configuration says beside the network so that a run can go on training it: cautious
/// values that GPT-NeoX and neox-train read, to be replaced by those of the run.
final class TrainingKeys {
  static Map<String, Object> of(Precision precision) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("precision", precision);
    // GPT-NeoX asks for its stage with bfloat16.
    keys.put("zero_optimization.stage", precision == Precision.BFLOAT16 ? 1 : 0);
    keys.put("train_micro_batch_size_per_gpu", 4);
    keys.put("gradient_accumulation_steps", 1);
    keys.put("train_iters", 1000);
    keys.put("optimizer.type", "Adam");
    keys.put("optimizer.params.lr", 1e-5);
    keys.put("optimizer.params.betas", List.of(0.9, 0.95));
    keys.put("optimizer.params.eps", 1e-8);
    keys.put("lr_decay_style", "cosine");
    keys.put("lr_decay_iters", 1000);
    keys.put("min_lr", 1e-6);
    keys.put("warmup", 0.01);
    keys.put("weight_decay", 0.1);
    keys.put("gradient_clipping", 1.0);
    keys.put("data_impl", "mmap");
    keys.put("split", "995,4,1");
    keys.put("checkpoint_factor", 1000);
    keys.put("eval_interval", 100);
    keys.put("eval_iters", 10);
    keys.put("log_interval", 10);
    return keys;
  }

  private TrainingKeys() {}
}
