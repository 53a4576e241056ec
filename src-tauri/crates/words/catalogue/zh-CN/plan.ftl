# 配置本身没有问题，但仍妨碍运行的事。

plan-kind-not-yet = 此版本无法运行 { $kind } 类型的同步任务。
    .remedy = 请选择 rsync 类型；基于 ssh 的目标写作 USER@HOST:FOLDER。
