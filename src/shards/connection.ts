/** librdkafka's properties of how a cluster is reached; others of a profile are for its messages. */
export const CONNECTION =
  /^(?:bootstrap\.servers|metadata\.broker\.list|(?:security|sasl|ssl|https|enable\.s[as]sl|client|socket|reconnect|connections|api\.version|broker\.address|broker\.version)\..*)$/;
