"""Pushes a row and reads it with Feast's own client; for clients from 0.64 on, which need no registry to read."""

import requests
from feast import FeatureStore

store = FeatureStore(".")
row = {"driver_id": [1001], "event_timestamp": ["2026-03-02T09:00:00Z"], "conv_rate": [0.5], "acc_rate": [0.75], "avg_daily_trips": [12]}
requests.post(
    store.config.online_store.path + "/push",
    json={"push_source_name": "driver_hourly_stats", "df": row, "to": "online_and_offline"},
).raise_for_status()
features = ["driver_hourly_stats:conv_rate", "driver_hourly_stats:avg_daily_trips"]
print(store.get_online_features(features=features, entity_rows=[{"driver_id": 1001}]).to_dict())
