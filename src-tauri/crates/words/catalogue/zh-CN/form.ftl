# 一个同步任务的表单。各选项的说明见 option.ftl。

form-tab-what = 内容
form-tab-where = 目的地
form-tab-when = 时间
form-tab-deletions = 删除
form-tab-more = 更多
form-tab-text = 文本形式
form-wrong = 处需要改正
form-save = 保存
form-remove = 移除任务
form-remove-title = 移除此同步任务？
form-remove-text = 之后不再传送任何内容。两边的文件都保持原样。
form-changed = 已更改
form-reset = 重置
form-default = 默认：{ $value }
form-search = 搜索全部选项
form-only-changed = 仅显示已更改的
form-none-found = 没有符合的选项。
form-kind = 更改的传送方式
form-kind-rsync = rsync（文件夹、服务器或 ssh）
form-kind-rsyncssh = 基于 ssh 的 rsync，移动在对方完成
form-kind-direct = 本机复制，不用 rsync
form-password = 密码…
form-conditions = 条件
form-conditions-why = 仅在全部条件满足时运行。因哪条规则暂停总会说明，也可以不顾规则强制同步。
form-guards = 先询问
form-excludes = 排除的内容
form-excludes-why = 每行一个模式，含义与 rsync 相同
form-preset-caches = 缓存
form-preset-builds = 构建产物
form-preset-trash = 回收站
form-preset-temporary = 临时文件
form-left-out = { $count ->
    [0] 排除 { $size }
   *[other] 排除 { $size }，{ $count } 个文件夹
}
form-left-out-least = { $count ->
    [0] 至少排除 { $size }
   *[other] 至少排除 { $size }，{ $count } 个文件夹
}
form-sent = 传送 { $count } 个文件，共 { $size }。
form-matches-nothing = 没有匹配
form-why-title = 为什么这个文件被排除？
form-out = 被 { $rule } 排除（第 { $line } 行）
form-out-file = 被 { $rule } 排除（{ $file } 第 { $line } 行）
form-out-above = 随 { $at } 一起被 { $rule } 排除（第 { $line } 行）
form-text-command = 命令行
form-text-toml = TOML
form-text-lsyncd = lsyncd.conf

delete-true = 目标与源保持一致
delete-true-why = 这里删除的，那边也删除；这里从未有过的，在首次全量同步时删除。
delete-false = 那边从不删除任何内容
delete-false-why = 这里删除的文件会留在目标上。
delete-startup = 仅在启动时的全量同步中删除
delete-startup-why = 首次比较时删除这里没有的；之后的删除不再传送。
delete-running = 仅删除运行期间这里删掉的
delete-running-why = 目标上从来不属于这里的文件会保留。

group-what = 内容
group-where = 目的地
group-when = 时间
group-limits = 限制
group-deletions = 删除
group-failures = 失败处理
group-identity = 标识
group-program = 程序
group-access = 访问
group-transfer = 传输
group-keep = 保留的文件属性
group-links = 符号链接
group-compare = 比较
group-backup = 被替换文件的副本
group-expert = 专家选项
group-ssh = ssh
group-conditions = 条件
group-log = 日志
group-process = 进程
group-status = 状态文件
group-watching = 监视
group-file = 文件
group-window = 窗口
group-notifications = 通知
group-other = 其他

unit-s = 秒
unit-changes = 项更改
unit-processes = 个进程
unit-bytes = 字节
unit-kib-s = KiB/秒
unit-files = 个文件
unit-days = 天
choice-inotifyMode-closewrite = 写入的文件关闭时
choice-inotifyMode-modify = 每次写入时
choice-inotifyMode-closewrite-or-modify = 两者皆是
