package neox.remote.file;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import neox.remote.StoredObject;

/// What is known of a path.
///
/// @param object that it names; empty for a folder
record RemoteAttributes(Optional<StoredObject> object) implements BasicFileAttributes {
  private static final FileTime UNKNOWN = FileTime.fromMillis(0);

  @Override
  public FileTime lastModifiedTime() {
    return UNKNOWN;
  }

  @Override
  public FileTime lastAccessTime() {
    return UNKNOWN;
  }

  @Override
  public FileTime creationTime() {
    return UNKNOWN;
  }

  @Override
  public boolean isRegularFile() {
    return object.isPresent();
  }

  @Override
  public boolean isDirectory() {
    return object.isEmpty();
  }

  @Override
  public boolean isSymbolicLink() {
    return false;
  }

  @Override
  public boolean isOther() {
    return false;
  }

  @Override
  public long size() {
    return object.map(StoredObject::bytes).orElse(0L);
  }

  @Override
  public Object fileKey() {
    return object;
  }
}
