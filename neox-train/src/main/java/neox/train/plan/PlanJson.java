package neox.train.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import neox.config.table.ConfigType;

/// A plan as programs read it: bytes, seconds, and shares of one.
final class PlanJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  static ObjectNode of(Plan plan, LayoutSearch.Result search) {
    ObjectNode root = NODES.objectNode();
    root.put("gpu", plan.run().gpu().name());
    root.put("gpus_per_node", plan.run().gpu().links().perNode());
    root.put("world_size", plan.ranks());
    root.put("parameters", plan.run().network(plan.layout().tensor()).parameterCount());
    root.put("precision", ConfigType.nameOf(plan.run().config().precision()));
    root.set("layout", layout(plan.layout()));
    ArrayNode stages = root.putArray("memory_bytes");
    plan.memory().stages().forEach(stage -> stages.add(memory(stage)));
    root.put("usable_bytes", plan.run().gpu().memory().usable());
    root.put("fits", plan.fits());
    root.set("seconds", seconds(plan.time()));
    ObjectNode sent = root.putObject("sent_bytes");
    sent.set("tensor", link(plan.traffic().tensor()));
    sent.set("pipeline", link(plan.traffic().pipe()));
    sent.set("data", link(plan.traffic().data()));
    speed(root, plan);
    root.put("neox_flops_per_second", plan.neoxFlopsPerSecond());
    root.put("model_flops", plan.flops().model());
    root.put("hardware_flops", plan.flops().hardware());
    root.put("layouts_tried", search.tried());
    root.put("layouts_fitting", search.fitting());
    ArrayNode best = root.putArray("best");
    search.best().forEach(each -> best.add(brief(each)));
    ArrayNode reasons = root.putArray("reasons");
    search.reasons().forEach(reasons::add);
    return root;
  }

  private static void speed(ObjectNode into, Plan plan) {
    into.put("tokens_per_second", plan.tokensPerSecond());
    into.put("mfu", plan.mfu());
    into.put("hfu", plan.hfu());
    plan.days().ifPresent(days -> into.put("days", days));
  }

  private static ObjectNode brief(Plan plan) {
    ObjectNode node = layout(plan.layout());
    node.put("bytes", plan.bytes());
    node.put("step_seconds", plan.seconds());
    speed(node, plan);
    return node;
  }

  /// With the names of the configuration's keys.
  private static ObjectNode layout(Layout layout) {
    ObjectNode node = NODES.objectNode();
    node.put("pipe_parallel_size", layout.pipe());
    node.put("data_parallel_size", layout.data());
    node.put("model_parallel_size", layout.tensor());
    node.put("sequence_parallel", layout.sequenceParallel());
    node.put("zero_stage", layout.zeroStage());
    node.put("train_micro_batch_size_per_gpu", layout.batches().micro());
    node.put("gradient_accumulation_steps", layout.batches().perStep());
    node.put("recompute", PlanText.recomputed(layout.recompute()));
    return node;
  }

  private static ObjectNode memory(RankMemory rank) {
    ObjectNode node = NODES.objectNode();
    node.put("stage", rank.stage());
    node.put("parameters", rank.state().parameters());
    node.put("weights", rank.state().weights());
    node.put("gradients", rank.state().gradients());
    node.put("optimizer", rank.state().optimizer());
    node.put("activations", rank.activations());
    node.put("buffers", rank.buffers());
    node.put("total", rank.total());
    return node;
  }

  private static ObjectNode seconds(StepTime time) {
    ObjectNode node = NODES.objectNode();
    node.put("compute", time.compute());
    node.put("tensor", time.tensor());
    node.put("pipeline", time.pipe());
    node.put("bubble", time.bubble());
    node.put("data", time.data());
    node.put("optimizer", time.update());
    node.put("total", time.total());
    return node;
  }

  private static ObjectNode link(Traffic.Link link) {
    ObjectNode node = NODES.objectNode();
    node.put("bytes", link.bytes());
    node.put("bytes_per_second", link.rate());
    node.put("between_machines", link.network());
    return node;
  }

  private PlanJson() {}
}
