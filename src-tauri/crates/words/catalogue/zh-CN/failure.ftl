# 一次运行为何失败。failure-CODE 是原因，.title 用于通知标题，.remedy 是办法。

## 服务器的问候与检查

failure-password-missing = { $host } 要求用户 { $user } 在模块 { $module } 的密码，而没有保存过。
    .title = 需要密码
    .remedy = 请在目标中写上用户并保存密码（driftlessd password set TARGET），或设置 password_file。
    .window = 请输入密码；目标中必须写有用户。
failure-auth-failed = { $host } 拒绝了用户 { $user } 在模块 { $module } 的密码。
    .title = 密码被拒绝
    .remedy = 请检查用户和密码。如果都正确，请查看服务器的日志：它的 secrets 文件可能缺失、可被他人读取，或没有此用户。
failure-unknown-module = { $host } 没有名为 { $module } 的模块。
    .title = 模块不存在
    .remedy = 请检查目标中的模块名，或在服务器的 rsyncd.conf 中添加它。
failure-access-denied = { $host } 不允许本机使用模块 { $module }。
    .title = 服务器拒绝访问
    .remedy = 请在服务器 rsyncd.conf 中该模块的“hosts allow”里加入本机地址。
failure-module-disabled = { $host } 的模块 { $module } 已停用。
    .title = 模块已停用
    .remedy = 请在服务器的 rsyncd.conf 中把该模块的“max connections”设为 0 或更大。
failure-max-connections = { $host } 对模块 { $module } 已有 { $limit } 个连接，达到上限。
    .title = 服务器繁忙
    .remedy = 会自动重试。如果一直如此，请在服务器上提高“max connections”，或在这里降低 maxProcesses。
failure-module-chdir-failed = 无法打开 { $host } 上模块 { $module } 背后的文件夹。
    .title = 模块的文件夹缺失
    .remedy = 请在服务器上检查模块的“path”是否存在、磁盘是否挂载、模块的用户能否进入。
failure-module-no-path = { $host } 的模块 { $module } 没有文件夹。
    .title = 模块没有文件夹
    .remedy = 请在服务器的 rsyncd.conf 中给该模块设置“path”。
failure-module-lock-file = { $host } 无法打开模块 { $module } 的锁文件。
    .title = 服务器的锁文件有问题
    .remedy = 请检查服务器 rsyncd.conf 中的“lock file”：它的文件夹必须存在且可写。
failure-module-identity = { $host } 无法以模块 { $module } 设定的用户或组工作：{ $reason }
    .title = 模块的用户不可用
    .remedy = 请检查服务器 rsyncd.conf 中该模块的“uid”和“gid”。
failure-daemon-refused = { $host } 拒绝了到模块 { $module } 的连接。它说：{ $output }
    .title = 服务器拒绝了
    .remedy = 请在服务器的日志中查看原因。
failure-not-rsyncd = 在 { $host } 的端口 { $port } 应答的不是 rsync 服务器：“{ $greeting }”
    .title = 该端口不是 rsync 服务器
    .remedy = 请检查端口。基于 ssh 的目标请写 host:path，只用一个冒号。
failure-no-greeting = { $host } 还没有说话就关闭了连接。
    .title = 服务器挂断了
    .remedy = 会自动重试。如果一直如此，请检查服务器上是否运行 rsync，中间是否有防火墙。
failure-module-read-only = { $host } 的模块 { $module } 只能读取。
    .title = 模块只读
    .remedy = 请在服务器的 rsyncd.conf 中为该模块设置“read only = no”；默认是 yes。
failure-module-write-only = { $host } 的模块 { $module } 只能写入。
    .title = 模块只写
    .remedy = 请在服务器的 rsyncd.conf 中为该模块设置“write only = no”，或不作比较。
failure-refused-option = { $host } 不允许对模块 { $module } 使用选项 { $option }。
    .title = 服务器拒绝一个选项
    .remedy = 请在服务器 rsyncd.conf 的“refuse options”中去掉它，或在这里更改该选项（对于 --delete：更改此任务的删除方式）。
failure-pre-xfer-refused = { $host } 在每次向 { $module } 传输之前运行的程序说不行。
    .title = 服务器自己的检查未通过
    .remedy = 请查看服务器上该模块的“pre-xfer exec”及其程序的报告。
failure-temp-dir-missing = 目标上没有存放临时文件的文件夹 { $path }。
    .title = 临时文件夹缺失
    .remedy = 请创建它，或清除 temp_dir。对于模块，会在模块之内寻找该文件夹。

## 目标

failure-target-parent-missing = 目标 { $target } 的上级文件夹不存在。
    .title = 目标的文件夹缺失
    .remedy = 请创建文件夹，检查磁盘是否挂载，或改正目标。
failure-target-not-accessible = 无法进入目标 { $target }：{ $output }
    .title = 无法进入目标
    .remedy = 请检查该文件夹及其上级的权限。对于模块，权限须与其“uid”相符。
failure-target-not-directory = 目标 { $target } 不是文件夹。
    .title = 目标不是文件夹
    .remedy = 请移走那里的文件，或选择另一个目标。
failure-target-full = 目标 { $target } 已满。
    .title = 目标已满
    .remedy = 请在那边腾出空间。等待中的删除会先行传送。
failure-target-read-only = 目标 { $target } 的文件系统是只读的。
    .title = 目标只读
    .remedy = 请以可写方式挂载。如果是自行变为只读，请检查磁盘：Linux 就是这样保护故障磁盘的。
failure-target-permission = { $count ->
        [one] { $path } 不能写到 { $target }。
       *[other] { $count } 项不能写到 { $target }，其中有 { $path }。
    }
    .title = 目标拒绝部分文件
    .remedy = 请给接收用户写入权限。对于模块，即其“uid”。

## 通路

failure-connection-refused = { $host } 在线，但端口 { $port } 没有应答。
    .title = 目标没有应答
    .remedy = 会自动重试。如果一直如此，请检查服务器是否在运行、端口是否正确。
failure-no-route = 从这里无法到达 { $host }。
    .title = 无法到达目标
    .remedy = 会自动重试。请检查机器是否开机、是否在同一网络。
failure-network-down = 本机没有网络。
    .title = 没有网络
    .remedy = 一有网络就会自动重试。
failure-connect-forbidden = 本机不允许连接 { $host } 的端口 { $port }。
    .title = 本机防火墙禁止连接
    .remedy = 请在本机防火墙中允许 rsync 的外出连接。
failure-host-not-found = 没有名为 { $host } 的机器。
    .title = 目标的名称未知
    .remedy = 请检查名称，或使用机器的地址。会自动重试，因为网络可能尚未就绪。
failure-resolver-down = 目前无法查询名称 { $host }。
    .title = 无法查询名称
    .remedy = 会自动重试。如果一直如此，请检查网络的名称服务。
failure-connect-timeout = { $host } 没有应答。
    .title = 目标没有应答
    .remedy = 会自动重试。请检查机器是否开机，是否有防火墙拦截连接。
failure-io-timeout = { $host } 在传输中途没有了声音。
    .title = 目标中途没有声音
    .remedy = 会自动重试。

## 密码文件与密钥环

failure-password-file-missing = 无法打开密码文件：{ $path }
    .title = 密码文件缺失
    .remedy = 请改正 password_file，或去掉它并保存密码：driftlessd password set { $target }
    .window = 请在同步任务的表单中选择另一个文件，或将其去掉并输入密码。
failure-password-file-open = 本机上的其他人可以读取密码文件。
    .title = 密码文件对他人开放
    .remedy = 请去掉他们的权限：chmod 600。
failure-password-file-owner = 密码文件属于另一个用户。
    .title = 密码文件属于他人
    .remedy = 请改为您所有（以 root 运行时为 root）。
failure-password-file-empty = 密码文件是空的。
    .title = 密码文件是空的
    .remedy = 请把密码单独写在第一行。
failure-password-file-unused = 设置了密码文件，但 { $target } 不是 rsync 服务器，不要求密码。
    .title = 这里不需要密码文件
    .remedy = 请清除 password_file。
failure-password-file-unreadable = 无法读取密码文件：{ $path }
    .title = 无法读取密码文件
    .remedy = 请检查其权限和所在磁盘。
failure-keyring-locked = 密钥环已锁定，{ $target } 的密码在其中。
    .title = 密钥环已锁定
    .remedy = 请解锁密钥环。
failure-keyring-absent = 本机没有密钥环，因此没有 { $target } 的密码。
    .title = 没有密钥环
    .remedy = 请启动密钥环（GNOME Keyring、KWallet 或 KeePassXC），或把密码写进权限为 0600 的文件，并在配置中指定为 password_file。
failure-keyring-denied = 密钥环没有给出 { $target } 的密码。
    .title = 密钥环拒绝了
    .remedy = 请允许 Driftless 读取它的条目，或重新保存密码：driftlessd password set { $target }
    .window = 请允许 Driftless 读取它的条目，或重新输入密码。
failure-keyring-slow = 密钥环没有应答。
    .title = 密钥环没有应答
    .remedy = 会自动重试。密钥环可能正在屏幕上等待回答。
failure-keyring-unreadable = 密钥环中 { $target } 的内容不是密码。
    .title = 保存的密码已损坏
    .remedy = 请重新保存：driftlessd password set { $target }
    .window = 请重新输入密码。
failure-password-not-stored = 没有保存 { $target } 的密码。
    .title = 需要密码
    .remedy = 请保存：driftlessd password set { $target }
    .window = 请输入密码。

## 源

failure-source-gone = 源 { $source } 不在了。{ $target } 上没有删除任何内容。
    .title = 源不在了
    .remedy = 请接入它的磁盘或把文件夹放回去；之后会自动继续。
failure-source-unreadable = { $count ->
        [one] { $path } 不可读取，因此不在 { $target } 上。
       *[other] { $count } 项不可读取，因此不在 { $target } 上，其中有 { $path }。
    }
    .title = 部分文件不可读取
    .remedy = 请给自己读取权限，或把它们排除。
failure-source-read-error = 无法读取 { $path }：其磁盘或网络驱动器报告错误。
    .title = 源有读取错误
    .remedy = 请趁目标上还有完好的副本，检查磁盘或网络驱动器。
failure-too-many-deletions = { $target } 上将删除的内容超过允许的数量；其余都保留了。
    .title = 删除过多
    .remedy = 请查看将删除什么。如果无误，请允许。

## ssh

failure-host-key-unknown = 本机从未通过 ssh 见过 { $host }。
    .title = 应答的是未知的机器
    .remedy = 请把指纹与那台机器自己的比较，然后接受。
failure-host-key-changed = { $host } 出示的密钥与以前不同。它可能重装过，也可能是另一台机器在冒充。
    .title = 机器的密钥变了
    .remedy = 接受新密钥之前请先查明原因。在此之前不发送任何内容。
failure-ssh-key-missing = { $host } 的 ssh 密钥缺失：{ $reason }
    .title = ssh 密钥缺失
    .remedy = 请改正密钥的文件名，或新建密钥并放到服务器上。
failure-ssh-key-mode = 本机上的其他人可以读取 ssh 密钥，因此 ssh 不使用它。
    .title = ssh 密钥对他人开放
    .remedy = 请去掉他们的权限：chmod 600。
failure-ssh-key-locked = ssh 密钥 { $path } 有口令，而运行时不会向任何人询问。
    .title = ssh 密钥需要口令
    .remedy = 请把密钥加入 ssh 代理（ssh-add），或为此使用没有口令的密钥。
failure-ssh-key-refused = { $host } 拒绝了 ssh 密钥或用户。
    .title = ssh 密钥被拒绝
    .remedy = 请检查用户名，并把公钥放进服务器的 authorized_keys。
failure-remote-rsync-missing = { $host } 上没有 rsync。
    .title = 目标上缺少 rsync
    .remedy = 请在那边安装 rsync，或设置 rsync_path。
failure-remote-rsync-not-executable = 不能运行 { $host } 上的 rsync。
    .title = 目标上的 rsync 不能运行
    .remedy = 请检查 rsync_path 和那边程序的权限。
failure-ssh-options = ssh 不接受它的配置：{ $reason }
    .title = ssh 配置有误
    .remedy = 请改正此任务的 ssh 选项，或文件 ~/.ssh/config。
failure-ssh-no-common = 本机与 { $host } 的 ssh 没有共同的方法：{ $reason }
    .title = 两端的 ssh 无法达成一致
    .remedy = 请更新较旧一端的 ssh，或在 ssh 选项中允许该方法。
failure-shell-not-clean = { $host } 的登录脚本会输出文字，扰乱 rsync。
    .title = 目标的 shell 输出了文字
    .remedy = 请让 ~/.bashrc 等只在交互式 shell 中输出。
failure-ssh-missing = 无法在本机启动远程 shell。
    .title = 缺少 ssh
    .remedy = 请安装 ssh，或改正 rsh 指定的程序。

## rsync 本身

failure-missing-args-refused = { $host } 上的 rsync 版本不能以通常的方式删除。
    .title = 删除改用另一种方式
    .remedy = 无需处理：从现在起改用另一种方式。在那边安装更新的 rsync（3.4.4 或以上）可以解决。
failure-bad-option = rsync 不接受它的选项：{ $output }
    .title = rsync 拒绝它的选项
    .remedy = 请改正此任务的选项，或安装更新的 rsync。
failure-protocol-mismatch = 本机的 rsync 与 { $host } 上的互不理解：{ $output }
    .title = 两边的 rsync 不匹配
    .remedy = 请在两边安装更新的 rsync。
failure-rsync-missing = 本机没有 { $binary }。
    .title = 缺少 rsync
    .remedy = 请安装 rsync，或改正 binary 指定的程序。
failure-rsync-not-executable = 不能运行 { $binary }。
    .title = 不能运行 rsync
    .remedy = 请检查程序的权限，或改正 binary 指定的程序。
failure-rsync-not-started = 系统没有启动 rsync（错误 { $reason }）。
    .title = 无法启动 rsync
    .remedy = 会自动重试。如果一直如此，可能运行的程序太多。
failure-out-of-memory = rsync 内存不足。
    .title = 内存不足
    .remedy = 会自动重试。如果一直如此，请把任务拆成较小的几个。

## 单个文件

failure-conflict = { $target } 上有一个文件夹挡住了 { $path }，其中有必须保留的文件。
    .title = 有东西挡住了
    .remedy = 请查看目标上的 { $path }。移走那里的内容，或在这里排除它。
failure-target-excludes = 服务器不接受 { $path }：它自己的配置排除这类名称。
    .title = 服务器排除部分文件
    .remedy = 请更改服务器 rsyncd.conf 中该模块的“exclude”，或在这里排除这些文件。
failure-changed-while-read = { $path } 在读取时发生了变化。
    .title = 有文件不断变化
    .remedy = 一旦安静片刻就会发送。
failure-name-refused = { $path } 不能以此名称或此类文件保存在 { $target } 上。
    .title = 目标无法保存某些名称
    .remedy = 请重命名它，或把它排除。
failure-partial-transfer = { $count ->
        [one] 有一项未能传送：{ $path }
       *[other] 有 { $count } 项未能传送，其中有 { $path }。
    }
    .title = 部分文件没有发送
    .remedy = 会自动重试。rsync 说：{ $output }

## 其余

failure-connection-lost = 与 { $target } 的连接断开了。
    .title = 连接断开
    .remedy = 会自动重试。
failure-stalled = 太久没有动静，因此结束了这次运行。
    .title = 传输卡住了
    .remedy = 会自动重试。
failure-interrupted = rsync 被他人停止了。
    .title = rsync 被停止
    .remedy = 会自动重试。
failure-killed = rsync 被终止（信号 { $exit }）。
    .title = rsync 被终止
    .remedy = 会自动重试。如果一直如此，可能内存不足。
failure-file-error = 一个文件操作失败了。rsync 说：{ $output }
    .title = 文件操作失败
    .remedy = 会自动重试。
failure-unknown = { $binary } 以代码 { $exit } 结束。它说：{ $output }
    .title = 传输失败
    .remedy = 已知的只有它所说的内容。会不时重试。
