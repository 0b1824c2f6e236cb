/// Where a network is cut into pipeline stages: at the layers where GPT-NeoX and DeepSpeed cut it.
@NullMarked
package neox.config.pipeline;

import org.jspecify.annotations.NullMarked;
