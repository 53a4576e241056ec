# 一句话说明现状。$target 是机器名或文件夹。

state-none = 还没有备份。
state-all-safe = { $time } 之前的更改都已安全保存。
state-safe = { $time } 之前的更改都已在 { $target } 上。
state-watching = 正在监视 { $source }；从现在起的更改都会传送过去。
state-starting = 正在查看 { $source }…
state-comparing = 正在与 { $target } 比较…
state-comparing-so-far = 正在与 { $target } 比较：已比较 { $done } 个文件…
state-comparing-of = 正在与 { $target } 比较：{ $done } 个文件，共约 { $total } 个…
state-sending = 正在向 { $target } 发送 { $count } 项更改…
state-waiting = { $count } 项更改即将发往 { $target }。
state-paused-until = 已暂停至 { $time }。
state-paused = 已暂停，直到您继续。
state-away-source = { $place } 所在的磁盘未接入；接入后会自动继续。
state-away-target = { $place } 所在的磁盘未接入；接入后会自动继续。
state-held-delete-budget = { $target } 上将有 { $count } 个文件被删除：等待您确认。复制照常进行。
state-held-rehearsal = 预演已完成，尚未改动任何内容：{ $target } 等待您确认。
state-failing = 自 { $since } 起没有任何内容到达 { $target }。
state-wait = { $count } 项更改在等待。
state-wait-since = 自 { $time } 起有 { $count } 项更改在等待。
state-next-try = 将于 { $time } 重试。

span-seconds = { $count } 秒
span-minutes = { $count } 分钟
span-hours = { $count } 小时
span-days = { $count } 天
