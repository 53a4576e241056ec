# 窗口：框架、总览、记录、恢复、程序自身的设置。

## 框架

window-nav = 页面
window-page-overview = 总览
window-page-activity = 活动记录
window-page-restore = 恢复
window-page-receiver = 接收端
window-page-settings = 设置
window-page-doctor = 诊断
window-page-form = 同步任务
window-page-first = 首次备份
window-page-import = 导入
window-close = 关闭
window-cancel = 取消
window-back = 返回
window-next = 下一步
window-more = 更多
window-copy = 复制
window-copied = 已复制。
window-choose = 选择…
window-loading = 请稍候…
window-page-of = 第 { $from }–{ $to } 项，共 { $total } 项

## 总览

window-new-sync = 新建同步任务
window-set-up = 设置备份
window-import = 导入 lsyncd.conf
window-by-hand = 手动设置
window-none-text = 选择重要的文件夹，再选一个存放的地方。之后每次更改都会在几秒内传送过去。
window-config-broken = 配置文件有错误；之前运行的内容照常继续
window-edit = 编辑
window-restore = 恢复
window-sync-anyway = 仍然同步
window-waiting = 等待中的更改
window-waiting-show = { $count } 项更改等待中
window-change-create = 新建
window-change-modify = 修改
window-change-attrib = 属性
window-change-delete = 删除
window-change-init = 全部
window-change-active = 传送中
window-pass = { $name } 的全量同步
window-pass-sent = 已发送 { $size }
window-pass-left = 剩余 { $span }
window-sent-day = 24 小时内 { $size }
window-sent-month = 30 天内 { $size }
window-plot-switch = 显示最近一天或最近一月
window-last-pass = 上次全量同步 { $time }
window-may-remain = 无人监视期间在这里删除的文件可能还留在那边。
window-details = 详情
window-cut = 另有 { $count } 个字符未显示。
# 因哪条规则暂停。
rule-mains = 已暂停：本机正使用电池。
rule-metered = 已暂停：当前网络按流量计费。
rule-networks = 已暂停：当前网络不在 { $wants } 之中。
rule-hours = 已暂停：仅在 { $wants } 运行。

window-next-try-in = { $span }后重试。

state-word-safe = 安全
state-word-working = 发送中
state-word-pass = 全量同步
state-word-waiting = 等待中
state-word-attention = 请注意
state-word-failing = 持续失败
state-word-held = 已暂停以保护数据
state-word-paused = 已暂停
state-word-away = 磁盘未接入
state-word-none = 还没有备份

window-do-password = 输入密码
window-do-unlock = 解锁密钥环
window-do-allow = 确实在那边删除
window-do-start = 开始
window-do-look = 查看
window-do-edit = 编辑任务
window-do-try = 立即重试
window-do-open-source = 打开源
window-do-open-target = 打开目标

## 保护与预演

window-hold-rehearsing = 正在查明将对 { $target } 做什么。尚未做任何改动。
window-hold-title = { $name } 已暂停以保护您的文件
window-hold-title-rehearsal = { $name } 的首次全量同步将会做什么
window-hold-more = 此后又有 { $count } 项删除，也在等待。
window-hold-copies = 新建和修改的文件照常传送；只有删除在等待。
window-hold-guard = “确实在那边删除”表示现在这里的内容是对的：这里已没有的，那边也会删除。
window-hold-keep = 全部保留
window-hold-later = 暂不
window-picture-deleted = { $count ->
    [0] 不会删除任何内容
   *[other] 将删除 { $count } 项
}
window-picture-changed = { $count ->
    [0] 不会更改任何内容
   *[other] 将更改 { $count } 项
}
window-picture-sent = { $count ->
    [0] 没有新内容要发送
   *[other] 将发送 { $count } 个新项
}
window-picture-more = 以及另外 { $count } 项

## 活动记录

activity-sync = 同步任务
activity-all = 全部任务
activity-show = 显示
activity-show-all = 全部
activity-show-failed = 失败的
activity-show-removed = 删除的
activity-none = 还没有记录。
activity-batch = 更改
activity-pass = 全量同步
activity-restore = 恢复
activity-rehearsal = 预演
activity-sent = 发送 { $count } 项
activity-brought = 取回 { $count } 项
activity-removed = 删除 { $count } 项
activity-failed = 失败 { $count } 项
activity-nothing-sent = 没有要发送的内容
activity-outcome-done = 完成
activity-outcome-partial = 部分完成
activity-outcome-failed = 失败
activity-outcome-stopped = 已停止
activity-took = 用时 { $span }
activity-older = 更早的

## 恢复

restore-sync = 同步任务
restore-point = 状态
restore-now = 目标的当前状态
restore-removed-at = { $time } 删除或替换的
restore-choose-sync = 选择一个同步任务，查看它的目标。
restore-empty = 这里没有内容。
restore-top = 顶层
restore-path = 文件夹
restore-here-same = 与这里相同
restore-here-other = 与这里不同
restore-here-missing = 这里已没有
restore-chosen = { $count ->
    [0] 未选择
   *[other] 已选择 { $count } 项
}
restore-beside = 恢复到新文件夹
restore-stop = 停止
restore-over = 覆盖原件
restore-over-title = 替换这里现有的内容？
restore-over-title-none = 恢复到原来的位置？
restore-over-text = { $count ->
    [0] 这里现有的内容不会被替换。
   *[other] 源中的 { $count } 个文件将被替换。被替换的内容无法找回。
}
restore-over-do = 替换
restore-over-do-none = 恢复
restore-done = 已将 { $count } 个文件恢复到 { $place }。

## 密码

password-title = 密码
password-for = { $target } 的密码
password-field = 密码
password-never-shown = 不会再次显示。可以更换或清除。
password-keep = 保存位置
password-keep-keyring = 密钥环
password-keep-keyring-why = 安全，重启后仍在。
password-keep-session = 仅本次运行
password-keep-session-why = 只在内存中；重启后会再次询问。
password-keep-file = 文件
password-keep-file-why = 仅您可读（权限 0600），但未加密：能读您文件的人就能读到它。
password-keyring = 密钥环
password-keyring-locked = 密钥环已锁定。
password-keyring-locked-do = 请解锁，或仅在本次运行中保存密码。
password-keyring-absent = 本机没有运行密钥环。
password-keyring-absent-do = 请仅在本次运行中保存密码，或保存到文件。
password-keyring-denied = 密钥环拒绝了请求。
password-keyring-denied-do = 请在密钥环的设置中允许 Driftless，或把密码保存在别处。
password-keyring-slow = 密钥环没有应答。
password-keyring-slow-do = 它可能正在另一个窗口等待您回答。
password-store = 保存
password-forget = 清除
password-kept = 密码已保存。
password-forgotten = 密码已清除。

## 设置

settings-window = 窗口
settings-language = 语言
settings-language-system = 跟随系统
settings-appearance = 外观
settings-appearance-system = 跟随系统
settings-appearance-light = 浅色
settings-appearance-dark = 深色
settings-start = 启动
settings-autostart = 登录时启动
settings-autostart-why = 在后台运行，不打开窗口。
settings-notifications = 通知
settings-notify-failing = 有内容长时间未安全保存时
settings-notify-held = 同步任务为保护文件而暂停时
settings-notify-password = 密码缺失或被拒绝时
settings-notify-recovered = 一切恢复正常时
settings-engine = 引擎
settings-file = 配置
settings-import = 导入…
settings-export-toml = 导出为 TOML…
settings-export-lsyncd = 导出为 lsyncd.conf…
settings-exported = 已写入 { $place }。
settings-diagnostics = 复制诊断信息
settings-diagnostics-why = 版本、状态和数量。不含文件名、地址和密码。
settings-version = Driftless { $version }
settings-saved = 已保存。

## 导入

import-text = 读取 lsyncd.conf 或 TOML 文件。在您确认之前不会有任何改动；其中的脚本从不运行。
import-choose = 选择文件…
import-found = 找到 { $count } 个同步任务
import-not-carried = 未能带入或需要查看的内容
import-all-carried = 全部内容都已带入。
import-take = 采用
import-taken = 已采用 { $count } 个同步任务。

## 诊断

doctor-text = Driftless 对本机的要求。
doctor-gauge = 监视的文件夹
doctor-watches-of = { $used } 个，系统允许 { $limit } 个
doctor-watches-plain = 监视 { $used } 个
doctor-ok = 正常
doctor-warning = 请查看
doctor-failed = 缺失
doctor-rsync = rsync { $version } 已安装：{ $path }
    .remedy = 请安装 rsync 3.1.3 或更高版本。
doctor-rsync-missing = 没有找到 rsync。
    .remedy = 请安装 rsync。
doctor-watches = 可用的 { $limit } 个监视中已使用 { $used } 个。
    .remedy = 请提高上限：sudo sysctl fs.inotify.max_user_watches={ $wanted }
doctor-keyring = 密钥环有应答。
doctor-keyring-locked = 密钥环已锁定。
    .remedy = 请解锁密钥环，或重新登录。
doctor-keyring-absent = 没有密钥环应答。
    .remedy = 请启动密钥环（GNOME Keyring、KWallet 或 KeePassXC），或把密码保存在文件中。
doctor-tray = 此桌面显示托盘图标。
doctor-tray-absent = 此桌面不显示托盘图标。
    .remedy = 请为桌面安装扩展，或再次启动 Driftless 打开窗口；它照常工作。

## 接收端

window-receiver-text = 在这里接收另一台计算机发送的内容：一个文件夹的服务器，与 Driftless 一同运行。
window-receiver-folder = 文件夹
window-receiver-network = 允许本网络中的计算机连接
window-receiver-network-why = 否则仅限本机。
window-receiver-start = 开始接收
window-receiver-stop = 停止接收
window-receiver-running = 正在接收
window-receiver-stopped = 未在接收
window-receiver-target = 在另一台计算机上填写的目标
window-receiver-password = 复制密码
window-receiver-password-why = 另一台计算机询问时输入。
window-receiver-password-copied = 密码已复制到剪贴板。
