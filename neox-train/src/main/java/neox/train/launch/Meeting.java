package neox.train.launch;

/// Where all ranks meet: at rank 0.
record Meeting(String address, int port) {}
