# 窗口自身的命令可能说的话。

config-unreadable = 无法读取配置 { $file }：{ $error }。
    .remedy = 请在编辑器中改正，或把它移开后重新开始。之前运行的内容照常继续。
config-unwritable = 无法写入配置 { $file }：{ $error }。
    .remedy = 请腾出空间或获取写入权限，然后再次保存。没有任何改动。
config-changed-outside = 配置 { $file } 在此期间已被他人修改。
    .remedy = 没有写入任何内容。请重新查看，再作一次修改。
engine-ended = Driftless 即将结束。
    .remedy = 请重新启动它。
no-such-sync = 同步任务 { $sync } 已不存在。
    .remedy = 请返回总览，查看现有的任务。
open-failed = 无法打开 { $path }：{ $error }。
    .remedy = 请查看它是否存在，以及是否装有文件管理程序。
not-local = { $target } 不是本机上的文件夹。
    .remedy = 请到它所在的机器上查看。
autostart-failed = 无法写入登录启动项 { $file }：{ $error }。
    .remedy = 请获取写入权限，然后重试。
already-running = { $config } 已在运行：{ $error }。
    .remedy = 请先结束那个进程，或用另一份配置启动（--config FILE）。
dialog-failed = 桌面的文件夹选择框没有打开。
    .remedy = 请直接输入路径。
internal-error = Driftless 内部出错：{ $error }。
    .remedy = 请报告此问题。
