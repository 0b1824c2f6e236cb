package neox.generate;

import java.nio.file.Path;
import neox.generate.sample.Output;
import neox.generate.sample.Writing;
import neox.inference.load.LoadOptions;

/// What one run of the tool is to do.
///
/// @param model checkpoint or Hugging Face directory
/// @param load how to open it; with the configuration named on the command line, which then counts
///   instead of the one in the checkpoint
/// @param threads of the CPU
record GenerateSettings(
    Path model, LoadOptions load, int threads, Writing writing, Mode mode, Output output) {}
