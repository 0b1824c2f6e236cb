package neox.remote;

import java.util.List;

/// What lies right below a name.
///
/// @param folders their last names, without a slash
/// @param objects whose keys begin with the folder that was listed
public record Listing(List<String> folders, List<StoredObject> objects) {
  public Listing {
    folders = List.copyOf(folders);
    objects = List.copyOf(objects);
  }

  public boolean isEmpty() {
    return folders.isEmpty() && objects.isEmpty();
  }
}
