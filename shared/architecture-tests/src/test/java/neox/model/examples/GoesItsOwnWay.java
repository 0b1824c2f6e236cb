package neox.model.examples;

import neox.model.Inputs;
import neox.model.Mode;
import neox.model.Network;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Passes through a network by itself, makes tensors where it likes, and has a loss of its own.
class GoesItsOwnWay {
  Tensor loss(Network network, Inputs inputs) {
    Tensor hidden = network.forward(inputs.ids(), inputs, Mode.TRAINING);
    Tensor target = torch.zeros(hidden.numel());
    Tensor wide = torch.zeros(new long[] {1}, new TensorOptions(ScalarType.Double));
    return torch.mse_loss(hidden.view(-1), target.add(wide));
  }
}
