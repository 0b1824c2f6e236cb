package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoteSaveTest {
  private static final String SAVE = "save: runs/a\ncheckpoint_factor: 10\n";

  private static RemoteSave load(String lines) {
    return TestConfig.load(SAVE + lines).checkpoint().remote().orElseThrow();
  }

  @Test
  void nothingIsPushedUnlessAskedFor() {
    assertThat(TestConfig.load(SAVE).checkpoint().remote()).isEmpty();
    assertThat(TestConfig.load(SAVE + "s3_chunk_size: 10485760").checkpoint().remote()).isEmpty();
  }

  @Test
  void s3PathGetsAFolderOfTheNameThatSaveEndsIn() {
    RemoteSave remote = load("s3_path: s3://bucket/all/\ns3_chunk_size: 10485760");
    assertThat(remote.folder(Path.of("runs/a/"))).isEqualTo("s3://bucket/all/a");
    assertThat(remote.chunkBytes()).isEqualTo(10_485_760);
    assertThat(remote.stopSeconds()).isEqualTo(30);
  }

  @Test
  void remoteSaveFolderIsTheFolderItself() {
    RemoteSave remote = load("remote_save_folder: hf://me/tiny\nremote_save_stop_seconds: 5");
    assertThat(remote.folder(Path.of("runs/a"))).isEqualTo("hf://me/tiny");
    assertThat(remote.stopSeconds()).isEqualTo(5);
    assertThat(load("remote_save_folder: /mnt/far/a").readable(Path.of("x")))
        .isEqualTo(Path.of("/mnt/far/a"));
    assertThat(load("s3_path: s3://b").chunkBytes()).isEqualTo(104_857_600);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "s3_path: https://b/x | s3_path: expected s3://bucket/prefix, without a name, a password or '?'",
        "s3_path: s3://id:key@b/x | s3_path: expected s3://bucket/prefix, without a name, a password or '?'",
        "remote_save_folder: gs://b/x | remote_save_folder: expected a directory, s3://bucket/folder or hf://owner/name, without a name, a password or '?'",
        "remote_save_folder: s3://b/x?secret | remote_save_folder: expected a directory, s3://bucket/folder or hf://owner/name, without a name, a password or '?'",
        "remote_save_folder: runs/a | remote_save_folder: is the directory of save; expected another one",
        "remote_save_folder: hf://datasets/me/tiny | remote_save_folder: is a data set; expected a model's repository, hf://owner/name",
        "s3_chunk_size: 1000 | s3_chunk_size: expected an integer that is at least 5242880, found number 1000",
      })
  void whatCannotBePushedToIsRefused(String line, String message) {
    assertThatThrownBy(() -> TestConfig.load(SAVE + line))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("id:key")
        .hasMessageNotContaining("secret");
  }

  @Test
  void onePlaceIsEnough() {
    assertThatThrownBy(() -> load("s3_path: s3://b/x\nremote_save_folder: /mnt/x"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(
            "remote_save_folder: contradicts s3_path, which says where to push, too; give one of the"
                + " two");
  }

  @Test
  void thereMustBeCheckpointsToPush() {
    assertThatThrownBy(() -> TestConfig.load("s3_path: s3://b/x"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(
            "s3_path: says where to push checkpoints, but there are none; set save to a directory of"
                + " this machine");
  }

  /// This module's tests have no store that an address could be read from.
  @Test
  void addressesAreForToolsThatReadStores() {
    assertThatThrownBy(() -> TestConfig.load("load: s3://bucket/x"))
        .isInstanceOf(UserException.class)
        .hasMessage("s3://bucket/x: this tool reads nothing but files of this machine");
  }
}
