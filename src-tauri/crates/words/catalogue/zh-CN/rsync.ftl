# 本机的 rsync 做不到的事。

rsync-lacks-option = 本机的 rsync 是 { $has } 版，不认识 { $option }。
    .remedy = 请安装 rsync { $needs } 或更新的版本，或去掉该选项。
rsync-built-without = 本机的 rsync 编译时未包含 { $capability }，因此不接受 { $option }。
    .remedy = 请安装包含它的 rsync，或去掉该选项。
rsync-too-old = 本机的 rsync 是 { $has } 版。
    .remedy = 请安装 rsync { $needs } 或更新的版本。
rsync-is-openrsync = 本机的 rsync 是 openrsync，缺少每次运行都需要的选项。
    .remedy = 请安装 rsync { $needs } 或更新的版本，并在 binary 中指定。
