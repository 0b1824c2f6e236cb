package neox.config;

/// How the network learns where a token stands (`pos_emb`).
public enum PositionEmbedding {
  LEARNED,
  ROTARY,
  SINUSOIDAL,
  RPE,
  ALIBI,
  NONE
}
